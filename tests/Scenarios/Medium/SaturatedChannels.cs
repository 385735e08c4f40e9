using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Medium.Contention;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>What the stations of <see cref="SaturatedChannels"/> send.</summary>
internal enum ChannelTraffic
{
    /// <summary>802.11a at 54 Mbit/s.</summary>
    Ofdm,

    /// <summary>802.11n at 65 Mbit/s, each frame alone.</summary>
    Ht,

    /// <summary>The same in A-MPDUs.</summary>
    HtAggregated,
}

/// <summary>The contention model alone, with 20 channels side by side: on each an access point that beacons, stations that always have frames
/// for it, and many that listen.</summary>
internal sealed class SaturatedChannels : IReceivers
{
    /// <summary>Channels, none of which overlaps another.</summary>
    public const int Channels = 20;

    /// <summary>Radios on each: the access point first, then those that send.</summary>
    public const int RadiosAChannel = 50;

    private const int Senders = 4; // on each channel
    private const int MostQueued = 64; // frames of each
    private const int Radios = Channels * RadiosAChannel;
    private const int BeaconNs = 102_400_000;
    private const int BeaconOctets = 300;
    private const int DataOctets = 1536; // an IP packet of 1500
    private const double SnrDb = 30;
    private const int Everyone = -1;

    private readonly TxRate[] _dataRates;
    private readonly BlockAckAgreement?[] _agreements = new BlockAckAgreement?[Radios];
    private readonly int[] _sequences = new int[Radios];
    private readonly bool _usesDcf;
    private static readonly TxRate[] s_beaconRates = [new TxRate(PhyRate.Legacy(60), 1, TxRateFlags.None)];

    private readonly ContentionModel _model;
    private readonly LinkEndpoint[] _radios;
    private readonly int[] _receivers = new int[Radios * (MostQueued + 1)]; // by handle: whose the frame is
    private readonly Stack<int> _freeHandles;
    private long _nowNs;
    private int _beacons; // sent so far, on all channels

    /// <summary>Radios come, and queues fill.</summary>
    /// <param name="haveSent">Radios that only listen have sent a frame before, so that they sense their channel.</param>
    /// <param name="areTold">Guests say where their radios listen.</param>
    public SaturatedChannels(bool haveSent, bool areTold, ChannelTraffic traffic = ChannelTraffic.Ofdm)
    {
        _usesDcf = traffic == ChannelTraffic.Ofdm;
        _dataRates = [new TxRate(_usesDcf ? PhyRate.Legacy(540) : PhyRate.Ht(7), 7, TxRateFlags.None)];
        var pattern = RadioPattern.Any;
        var links = new LinkTable(new MediumConfiguration { Links = [new LinkConfiguration(pattern, pattern) { SnrDb = SnrDb }] }, mediumNs: 0);
        _model = new ContentionModel(links, ErrorModel.BuiltIn, this, mediumNs: 0);
        _radios = [.. Enumerable.Range(0, Radios).Select(i => links.Add($"vm{i}", "phy0", [], mediumNs: 0))];
        _freeHandles = new(Enumerable.Range(0, _receivers.Length));
        foreach (var radio in _radios)
        {
            _model.Add(radio);
            if (areTold)
                _model.Listen(radio, FreqOf(radio.Index));
        }
        for (int radio = 0; haveSent && radio < Radios; radio++)
            Send(radio);
        AdvanceTo(1_000_000_000);
        for (int radio = 0; radio < Radios; radio++)
        {
            if (traffic == ChannelTraffic.HtAggregated)
                _agreements[radio] = new BlockAckAgreement { BufferSize = MostQueued };
            int queued = traffic == ChannelTraffic.HtAggregated ? MostQueued : 3;
            for (int i = 0; IsSender(radio) && i < queued; i++)
                Send(radio);
        }
    }

    /// <summary>Frames that were sent and acknowledged.</summary>
    public long Acked { get; private set; }

    /// <summary>Beacons that somebody received, counted for each receiver.</summary>
    public long BeaconsReceived { get; private set; }

    /// <summary>Lets medium time pass.</summary>
    public void Run(TimeSpan time)
    {
        long endNs = _nowNs + (time.Ticks * TimeSpan.NanosecondsPerTick);
        for (long dueNs = NextBeaconNs; dueNs < endNs; dueNs = NextBeaconNs)
        {
            AdvanceTo(dueNs);
            Beacon(_beacons++ % Channels * RadiosAChannel);
        }
        AdvanceTo(endNs);
    }

    /// <inheritdoc/>
    public bool AddReceivers(int handle, IndexSet radios)
    {
        if (_receivers[handle] == Everyone)
            return true;
        radios.Add(_receivers[handle]);
        return false;
    }

    /// <inheritdoc/>
    public Interest InterestOf(int handle, LinkEndpoint radio) =>
        _receivers[handle] == Everyone ? Interest.Receives : _receivers[handle] == radio.Index ? Interest.Acknowledges : Interest.None;

    private long NextBeaconNs => 1_000_000_000 + ((long)_beacons * (BeaconNs / Channels)); // one channel's after the other's

    private static bool IsSender(int radio) => radio % RadiosAChannel is > 0 and <= Senders;

    /// <summary>36 to 64, and 100 to 144.</summary>
    private static int FreqOf(int radio)
    {
        int channel = radio / RadiosAChannel;
        return channel < 8 ? 5180 + (20 * channel) : 5500 + (20 * (channel - 8));
    }

    private void AdvanceTo(long mediumNs)
    {
        while (_model.TryAdvance(mediumNs, out var outcome))
        {
            if (outcome.Kind == ContentionOutcomeKind.Received && _receivers[outcome.Handle] == Everyone)
                BeaconsReceived++;
            if (outcome.Kind != ContentionOutcomeKind.Over)
                continue;
            _freeHandles.Push(outcome.Handle);
            Acked += outcome.Acknowledger is null ? 0 : 1;
            if (_nowNs != 0 && IsSender(outcome.Sender.Index))
                Send(outcome.Sender.Index);
        }
        _nowNs = mediumNs;
    }

    /// <summary>A frame for the channel's access point; its own goes to the first station.</summary>
    private void Send(int radio)
    {
        int accessPoint = radio / RadiosAChannel * RadiosAChannel;
        Enqueue(radio, radio == accessPoint ? radio + 1 : accessPoint, DataOctets, AccessCategory.BestEffort, _dataRates);
    }

    private void Beacon(int radio) => Enqueue(radio, Everyone, BeaconOctets, AccessCategory.Beacon, s_beaconRates);

    private void Enqueue(int radio, int receiver, int octets, AccessCategory category, TxRate[] rates)
    {
        int handle = _freeHandles.Pop();
        _receivers[handle] = receiver;
        var frame = new Transmission(handle, _radios[radio], FreqOf(radio), octets, category)
        {
            WantsAck = receiver != Everyone,
            UsesDcf = _usesDcf,
            Agreement = receiver == Everyone ? null : _agreements[radio],
            Sequence = _sequences[radio]++ & 0xfff,
        };
        if (!_model.TryEnqueue(in frame, rates))
            throw new InvalidOperationException("a queue is full");
    }
}
