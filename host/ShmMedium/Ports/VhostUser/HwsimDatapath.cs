using ShmWifi.Hwsim.Clock;
using ShmWifi.Hwsim.Datapath;
using ShmWifi.Hwsim.Port;
using ShmWifi.Hwsim.Radios;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>Moves frames between a guest's virtqueues and its port, both ways, while its driver has them: what shm-injector does in a VM.</summary>
/// <remarks>
/// Nothing is taken from the guest, nor from the port, for which the guest has no buffer: hwsim never gets over a TX status that was lost. What
/// waits, waits in the two rings, whose own bounds hold.
/// </remarks>
internal sealed unsafe class HwsimDatapath : IDisposable
{
    private readonly GuestPort _port;
    private readonly VirtqueueChannel _channel;
    private readonly RadioTable _radios = new();
    private readonly TxSlots _slots;
    private readonly InjectionBatch _batch;
    private readonly Announcer _announcer;
    private readonly TxPath _tx;
    private readonly RxPath _rx;
    private readonly SentChains _chains;
    private readonly KeptFrontEnd _kept;
    private readonly Queue<(int Index, SentFrame Frame)> _unanswered; // whose status another engine owed

    /// <summary>Tells the medium that the port is served; what was sent to a driver before is thrown away.</summary>
    /// <param name="port">The guest's end.</param>
    /// <param name="device">Wakes the engine.</param>
    /// <param name="channel">Owned from now on.</param>
    /// <param name="isLate">The driver was served by another before.</param>
    /// <param name="kept">For the engine that comes next.</param>
    /// <param name="left">What is known of the driver's radios; empty: nothing.</param>
    /// <param name="isClockShared">Our clock is the medium's; else frames have no stamps of ours.</param>
    public HwsimDatapath(GuestPort port, IPortDevice device, VirtqueueChannel channel, bool isLate, KeptFrontEnd kept,
        IReadOnlyList<LeftRadio> left, bool isClockShared = true)
    {
        (_port, _channel, _kept) = (port, channel, kept);
        _unanswered = kept.ReadUnanswered();
        var doorbell = new PortDoorbell(device, port);
        _slots = new TxSlots(port, doorbell);
        _batch = new InjectionBatch(channel, maxBytes: int.MaxValue);
        _announcer = new Announcer(_radios, _slots, port.Region.Features);
        var clock = new ClockSync(port, _slots);
        var chains = _chains = new SentChains { Kept = kept.Sent };
        var learned = new LearnedRadios(_radios, isLate);
        foreach (var radio in left)
            Learn(learned, radio);
        var measurements = new PeerMeasurements(port, _radios, _batch);
        _tx = new TxPath(channel, port, _slots, _radios, _batch, clock, chains, measurements) { Learned = learned };
        var open = new OpenFrames(port, _slots, _radios, _batch, chains, measurements);
        _rx = new RxPath(port, doorbell, _radios, _batch, clock, chains, measurements, open);

        if (isClockShared)
            clock.KnowSame();
        _rx.Discard();
        port.SetReady(RegionFeatures.None);
        Announce();
    }

    /// <summary>Whether something waits for room in the port.</summary>
    public bool IsHeldUp => _tx.IsBlocked || _radios.IsDirty || _unanswered.Count != 0;

    /// <summary>Moves what the guest has sent to its port.</summary>
    /// <returns>Whether there was anything.</returns>
    /// <exception cref="FrontEndException">The guest broke the rules.</exception>
    public bool TakeSent()
    {
        uint room = _channel.CountRoom(InjectionBatch.MaxMessages);
        _tx.IsReadable = true;
        bool worked = GiveUp(room);
        worked |= _tx.Pump(isHostThere: true, room - (uint)_batch.Count);
        _kept.SetTaken(_channel.Taken); // before buffers are given back and frames published: none is sent twice
        _channel.PublishSent();
        Announce();
        return worked;
    }

    /// <summary>Moves what the port got to the guest, and the statuses that are known already.</summary>
    /// <returns>Whether there was anything.</returns>
    /// <exception cref="FrontEndException">The guest broke the rules, or the port is served no more.</exception>
    public bool Deliver()
    {
        uint room = _channel.CountRoom(InjectionBatch.MaxMessages);
        bool worked = _rx.Drain(room - (uint)_batch.Count);
        _rx.GiveBack();
        _chains.Settle();
        if (_port.Tx.IsBroken || _port.Rx.IsBroken || _port.State != PortState.Attached)
            throw new FrontEndException($"its port is served no more ({_port.Fault})");
        return worked;
    }

    /// <summary>Asks the guest for a kick; of what its port gets, whoever calls this knows.</summary>
    /// <returns>Whether nothing has come meanwhile, and the port is served.</returns>
    /// <exception cref="FrontEndException">The guest broke the rules.</exception>
    public bool TryArm()
    {
        if (_port.State != PortState.Attached)
            return false;
        if (_channel.CountRoom(wanted: 1) == 0)
            return _channel.ArmRoom(); // without, nothing can be done
        return _port.Rx.CountReady() == 0 && (_tx.IsBlocked || _channel.ArmSent());
    }

    /// <summary>Tells the medium that the radios are gone, and that nobody serves the port.</summary>
    public void Dispose()
    {
        if (!_port.Tx.IsBroken)
        {
            _radios.Apply([]);
            Announce();
        }
        _port.SetAbsent();
        _tx.Dispose();
        _batch.Dispose();
        _channel.Dispose();
    }

    /// <summary>Tells hwsim that nobody acknowledged what another engine had taken.</summary>
    /// <returns>Whether there was anything.</returns>
    private bool GiveUp(uint room)
    {
        const int AtATime = InjectionBatch.MaxMessages / 4;
        while (_batch.Count < Math.Min(room, AtATime) && _unanswered.TryDequeue(out var left))
        {
            _batch.AddStatus(left.Frame.Transmitter, left.Frame.Cookie, TxFlags.RequestStatus, left.Frame.Rates, signalDbm: 0);
            _chains.End(left.Index, left.Frame.Cookie);
        }
        return _batch.Count != 0;
    }

    private static void Learn(LearnedRadios learned, LeftRadio radio)
    {
        _ = learned.Add(radio.Transmitter);
        foreach (var address in radio.Addresses)
            learned.OnAddress(radio.Transmitter, address, isAdded: true);
    }

    private void Announce()
    {
        _announcer.Pump();
        _slots.Publish();
    }
}
