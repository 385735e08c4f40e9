using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Medium.Contention;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Contention;

/// <summary>A medium of virtual time alone, and its traffic.</summary>
internal sealed class AirtimeHarness : IReceivers
{
    private readonly Dictionary<string, LinkEndpoint> _radios = [];
    private readonly Flow?[] _flowOf = new Flow?[4096]; // by handle
    private readonly int[] _receivedTimes = new int[4096];
    private readonly Stack<int> _freeHandles = new(Enumerable.Range(0, 4096));

    private long _toldNs;

    public AirtimeHarness(ulong seed = 1, params LinkConfiguration[] links)
        : this(new MediumConfiguration { Seed = seed, Links = links })
    {
    }

    public AirtimeHarness(MediumConfiguration medium)
    {
        Links = new LinkTable(medium, 0);
        Medium = new ContentionModel(Links, ErrorModel.BuiltIn, this, 0);
    }

    public LinkTable Links { get; }

    public ContentionModel Medium { get; }

    public long NowNs { get; private set; }

    /// <summary>Told of each PPDU, if the medium reports them.</summary>
    public Action<Ppdu>? Sent { get; init; }

    /// <summary>All that was told, if somebody listens.</summary>
    public List<string>? Log { get; init; }

    public void Leave(string name)
    {
        Medium.Remove(_radios[name]);
        Links.Remove(_radios[name]);
        _radios.Remove(name);
    }

    public static LinkConfiguration Snr(string a, string b, double snrDb, bool oneWay = false) =>
        new(Pattern(a), Pattern(b)) { SnrDb = snrDb, OneWay = oneWay };

    public static LinkConfiguration Loss(string a, string b, double loss, bool oneWay = false) =>
        new(Pattern(a), Pattern(b)) { Loss = loss, OneWay = oneWay };

    public LinkEndpoint this[string name]
    {
        get
        {
            if (_radios.TryGetValue(name, out var radio))
                return radio;
            radio = Links.Add(name, "phy0", [], NowNs);
            Medium.Add(radio);
            return _radios[name] = radio;
        }
    }

    /// <summary>The address of a radio: the last six characters of its name.</summary>
    public static MacAddress AddressOf(string name)
    {
        ulong value = 0;
        foreach (char character in name)
            value = ((value << 8) | character) & 0xffff_ffff_ffff;
        return new MacAddress(value);
    }

    /// <summary>A flow that always has frames waiting, from now on.</summary>
    public Flow Saturate(Flow flow)
    {
        for (int i = 0; i < flow.Waiting; i++)
            Assert.That(Send(flow), Is.True);
        flow.IsSaturated = true;
        return flow;
    }

    /// <summary>One frame, now.</summary>
    public bool Send(Flow flow)
    {
        if (flow.To is not null && !flow.IsSaturated)
            _ = this[flow.To];
        int handle = _freeHandles.Pop();
        _flowOf[handle] = flow;
        _receivedTimes[handle] = 0;
        var frame = new Transmission(handle, this[flow.From], flow.FreqMhz, flow.MpduOctets, flow.Category)
        {
            Receiver = flow.To is null ? MacAddress.Broadcast : AddressOf(flow.To),
            Transmitter = AddressOf(flow.From),
            WantsAck = flow.To is not null,
            UsesDcf = flow.UsesDcf,
            ApForNs = flow.ApForNs,
            Agreement = flow.Agreement,
            Tid = Flow.Tid,
            Sequence = flow.Sent & 0xfff,
        };
        if (Medium.TryEnqueue(in frame, flow.Rates))
        {
            flow.Sent++;
            return true;
        }
        _freeHandles.Push(handle);
        return false;
    }

    public void Run(TimeSpan time) => RunUntil(NowNs + (time.Ticks * 100));

    public void RunUntil(long mediumNs)
    {
        while (Medium.TryAdvance(mediumNs, out var outcome))
            Take(in outcome);
        NowNs = mediumNs;
    }

    public bool AddReceivers(int handle, IndexSet radios)
    {
        var flow = _flowOf[handle]!;
        if (flow.To is null)
            return true;
        if (_radios.TryGetValue(flow.To, out var receiver))
            radios.Add(receiver.Index);
        if (flow.Monitor is not null && _radios.TryGetValue(flow.Monitor, out var monitor))
            radios.Add(monitor.Index);
        return false;
    }

    public Interest InterestOf(int handle, LinkEndpoint radio)
    {
        var flow = _flowOf[handle]!;
        if (flow.To is null || radio.Vm == flow.Monitor)
            return Interest.Receives;
        return radio.Vm == flow.To && flow.ReceiverListens ? Interest.Acknowledges : Interest.None;
    }

    private void Take(in ContentionOutcome outcome)
    {
        CheckTime(outcome.MediumNs);
        if (outcome.Ppdu is { } ppdu)
        {
            Sent?.Invoke(ppdu);
            return;
        }
        var flow = _flowOf[outcome.Handle]!;
        switch (outcome.Kind)
        {
            case ContentionOutcomeKind.Received:
                OnReceived(flow, in outcome);
                break;
            case ContentionOutcomeKind.Over:
                OnOver(flow, in outcome);
                break;
            default:
                flow.Lost++;
                break;
        }
    }

    private void OnReceived(Flow flow, in ContentionOutcome outcome)
    {
        flow.Received++;
        flow.Retries += outcome.IsRetry ? 1 : 0;
        flow.LastSignalDbm = outcome.SignalDbm;
        if (_receivedTimes[outcome.Handle]++ == 0)
            flow.Delivered++;
        Log?.Add($"{outcome.MediumNs} received {flow.From} {outcome.Receiver!.Vm} {outcome.Attempt} {outcome.IsRetry}");
    }

    private void OnOver(Flow flow, in ContentionOutcome outcome)
    {
        _flowOf[outcome.Handle] = null;
        _freeHandles.Push(outcome.Handle);
        flow.Done++;
        flow.Acked += outcome.Acknowledger is not null ? 1 : 0;
        flow.Attempts += outcome.Attempt;
        flow.Collisions += outcome.Collisions;
        flow.LastDoneNs = outcome.MediumNs;
        flow.LastAckSignalDbm = outcome.SignalDbm;
        Log?.Add($"{outcome.MediumNs} over {flow.From} {outcome.Attempt} {outcome.Acknowledger is not null}");
        if (flow.IsSaturated)
            Send(flow);
    }

    private void CheckTime(long mediumNs)
    {
        if (mediumNs < _toldNs)
            Assert.Fail($"{mediumNs} ns was told after {_toldNs} ns");
        _toldNs = mediumNs;
    }

    private static RadioPattern Pattern(string name)
    {
        Assert.That(RadioPattern.TryParse(name, out var pattern), Is.True);
        return pattern;
    }
}

/// <summary>Frames of one kind, and the outcome of them.</summary>
internal sealed class Flow(string from, string? to, string rate, int freqMhz = 5180)
{
    /// <summary>Of frames that an agreement is for.</summary>
    public const int Tid = 3;

    public string From { get; } = from;

    /// <summary>Null: a group.</summary>
    public string? To { get; } = to;

    public int FreqMhz { get; } = freqMhz;

    public TxRate[] Rates { get; init; } = [RateOf(rate)];

    public int MpduOctets { get; init; } = 1536;

    public AccessCategory Category { get; init; } = AccessCategory.BestEffort;

    public bool UsesDcf { get; init; }

    /// <summary>Null: its frames are sent one by one.</summary>
    public BlockAckAgreement? Agreement { get; init; }

    /// <summary>Frames that wait at any time, while it is saturated.</summary>
    public int Waiting { get; init; } = 3;

    /// <summary>As its beacons tell.</summary>
    public long ApForNs { get; init; }

    public bool ReceiverListens { get; set; } = true;

    /// <summary>Also receives, and does not acknowledge.</summary>
    public string? Monitor { get; init; }

    public int Sent { get; set; }

    public bool IsSaturated { get; set; }

    public int Received { get; set; }

    public int Lost { get; set; }

    public int Retries { get; set; }

    public int Delivered { get; set; }

    public int Done { get; set; }

    public int Acked { get; set; }

    public long Attempts { get; set; }

    public long Collisions { get; set; }

    public long LastDoneNs { get; set; }

    public float LastAckSignalDbm { get; set; }

    public float LastSignalDbm { get; set; }

    /// <summary>Mbit/s of payload, if each frame carries so many octets of it.</summary>
    public double MbpsOf(int payloadOctets, TimeSpan time) => 8.0 * payloadOctets * Delivered / time.TotalMicroseconds;

    public static TxRate RateOf(string rate, int attempts = 7, TxRateFlags flags = TxRateFlags.None)
    {
        Assert.That(PhyRate.TryParse(rate, out var phy), Is.True, rate);
        return new TxRate(phy, attempts, flags);
    }
}
