using ShmWifi.Hwsim.Clock;
using ShmWifi.Hwsim.Datapath;
using ShmWifi.Hwsim.Port;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Hwsim.Radios;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using static Tmds.Linux.LibC;

namespace ShmWifi.Hwsim;

/// <summary>Moves frames between the kernel's radios and a port, both ways, and sleeps when there are none. One thread runs it.</summary>
internal sealed class HwsimService : IDisposable
{
    /// <summary>How long a host that is away, or says nothing, is waited for unless one says otherwise. No timer of mac80211's is as short:
    /// docs/decisions/0019.</summary>
    public const int DefaultPatienceMs = 500;

    private const int MaxBatchBytes = 32 << 10;
    private const long NsPerMs = 1_000_000;
    private const long TickNs = 1_000_000_000;
    private const long ClockSpinNs = 300_000;
    private const long BusyPollSliceNs = 20_000; // then others may run

    private readonly HwsimRegistration _registration;
    private readonly GuestPort _port;
    private readonly IPortDevice _device;
    private readonly IControlSource _control;
    private readonly Action<string> _warn;
    private readonly RepeatedWarnings _hostWarnings;
    private readonly BusyPollBudget _busyPoll;
    private readonly PortDoorbell _doorbell;
    private readonly TxSlots _slots;
    private readonly RxPath _rx;
    private readonly InjectionBatch _batch;
    private readonly OpenFrames _open;
    private readonly StatusPatience _patience;
    private readonly Announcer _announcer;
    private readonly RadioDiscovery _discovery;
    private readonly WaitSet _waits;
    private uint _overruns;
    private long _tickDueNs;

    /// <summary>Ready to start.</summary>
    /// <param name="device">How its host is woken, and wakes us.</param>
    /// <param name="discovery">Where radios are found; owned by the loop.</param>
    /// <param name="maxBusyPollNs">How long to busy-poll for an answer before sleeping; 0: never.</param>
    /// <param name="warn">Takes what the operator should know, a line a call.</param>
    /// <param name="patienceMs">How long to wait for a host that is away, or says nothing.</param>
    public HwsimService(
        HwsimRegistration registration, Region region, GuestPort port, IPortDevice device, IControlSource control, RadioDiscovery discovery,
        long maxBusyPollNs, Action<string> warn, int patienceMs = DefaultPatienceMs)
    {
        (_registration, _port, _device, _control, _discovery, _warn) = (registration, port, device, control, discovery, warn);
        int frames = registration.Frames.Descriptor;
        var channel = new NetlinkChannel(frames, registration.Hwsim.Family.Id);
        _hostWarnings = new RepeatedWarnings(warn);
        _busyPoll = new BusyPollBudget(maxBusyPollNs);
        _doorbell = new PortDoorbell(device, port);
        _slots = new TxSlots(port, _doorbell);
        _announcer = new Announcer(Radios, _slots, region.Features);
        Clock = new ClockSync(port, _slots);
        Host = new HostMonitor(region, port, patienceMs * NsPerMs);
        _patience = new StatusPatience(port, patienceMs * NsPerMs);
        _batch = new InjectionBatch(channel, MaxBatchBytes);
        var chains = new SentChains();
        var measurements = new PeerMeasurements(port, Radios, _batch);
        Tx = new TxPath(channel, port, _slots, Radios, _batch, Clock, chains, measurements);
        _open = new OpenFrames(port, _slots, Radios, _batch, chains, measurements);
        _rx = new RxPath(port, _doorbell, Radios, _batch, Clock, chains, measurements, _open);
        _waits = new WaitSet(device, frames, discovery.WirelessDescriptor, discovery.LinkDescriptor, control.Descriptor);
    }

    /// <summary>What the host is told of.</summary>
    public RadioTable Radios { get; } = new();

    /// <summary>The host's clock.</summary>
    public ClockSync Clock { get; }

    /// <summary>Whether the host takes frames.</summary>
    public HostMonitor Host { get; }

    /// <summary>hwsim to host.</summary>
    public TxPath Tx { get; }

    /// <summary>Bytes that moving frames allocated on the managed heap; none is the aim.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Says that the port is served, and announces the radios.</summary>
    public void Start()
    {
        _rx.Discard();
        _doorbell.Ring(isAsked: true); // a service before us may have died between its last slot and the doorbell for it
        _port.SetReady(RegionFeatures.None);
        Discover();
    }

    /// <summary>Runs until the control source ends it.</summary>
    /// <exception cref="HwsimAbsentException">hwsim was unloaded; the host knows that there are no radios.</exception>
    /// <exception cref="HwsimException">The device went away, or the host's words make no sense.</exception>
    public void Run()
    {
        while (!_control.IsStopWanted)
        {
            if (!Pass())
                Sleep();
        }
    }

    /// <summary>Says that no radio is there any more, and that nobody serves the port.</summary>
    public void Dispose()
    {
        if (Host.MayAnswer && !_port.Tx.IsBroken)
        {
            Radios.Apply([]);
            _announcer.Pump();
            _slots.Publish();
        }
        _port.SetAbsent();
        _waits.Dispose();
        Tx.Dispose();
        _batch.Dispose();
        _discovery.Dispose();
    }

    /// <summary>Lists the radios again, and tells the host what changed.</summary>
    private void Discover()
    {
        Tx.IsRadioUnknown = false;
        int refused = Radios.Refused;
        try
        {
            Radios.Apply(_discovery.List());
        }
        catch (HwsimAbsentException)
        {
            Radios.Apply([]);
            throw;
        }
        finally
        {
            _announcer.Pump();
            _slots.Publish();
        }
        if (Radios.Refused > refused)
            _warn($"{Radios.Refused} radios are not served: a port has {Abi.MaxRadios} at most");
    }

    private bool Pass()
    {
        long nowNs = MonotonicClock.NowNs;
        if (Host.Update(nowNs))
            OnHostChanged(nowNs);
        bool isAskingDue = Clock.IsAsked && _patience.Look(nowNs, IsAnyWaiting);
        bool hasGivenUp = _patience.IsOver && GiveUpWaiting();

        long allocated = GC.GetAllocatedBytesForCurrentThread();
        bool worked = Tx.Pump(Host.IsThere) | hasGivenUp;
        if (!Tx.IsReadable)
            _rx.GiveBack(); // the kernel has nothing more to say of it
        if (Host.IsThere)
            _announcer.Pump();
        _slots.Publish();
        if (worked && Tx.HasAsked)
            _busyPoll.OnAsked(nowNs);
        worked |= Drain();
        if (_rx.MayBeAnswered)
        {
            _busyPoll.OnReceived(nowNs);
            _ = sched_yield(); // to ksoftirqd, which hands the frame to mac80211: the answer is there when we are back, with less than a sleep
            _port.Count(GuestCounter.SystemCalls);
            Tx.IsReadable = true;
        }
        AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocated;

        if (_port.Tx.IsBroken || _port.Rx.IsBroken)
        {
            throw new HwsimException(_device.IsLost
                ? _device.LossReason
                : "the host wrote ring impossible indices: is this region served by two daemons? Restart this VM");
        }
        if (Tx.IsRadioUnknown && Radios.Refused == 0)
            Discover();
        if (nowNs >= _tickDueNs)
            Tick(nowNs);
        if (isAskingDue)
            _open.ForgetGone();
        if (Host.MayAnswer && (isAskingDue || nowNs >= Clock.DueNs))
            SyncClock(nowNs);
        return worked;
    }

    /// <summary>Frames wait for their status, or for a slot.</summary>
    private bool IsAnyWaiting => _open.IsAny || Tx.IsBlocked;

    /// <returns>Whether there may be more.</returns>
    private bool GiveUpWaiting()
    {
        if (_open.IsAny)
            _open.GiveUp();
        return Tx.IsBlocked && Tx.Pump(isHostThere: false);
    }

    private bool Drain()
    {
        if (!_rx.Drain())
            return false;
        Tx.IsReadable |= _batch.HasAddressed;
        Host.OnReceived();
        return true;
    }

    private void OnHostChanged(long nowNs)
    {
        if (_device.IsLost)
            throw new HwsimException(_device.LossReason);
        string what = Host.IsThere ? "the host is back" : $"the host is away ({Host.Reason}); nobody acknowledges until it is back";
        _hostWarnings.Warn(what, nowNs);
        if (Host.IsThere)
            return;
        Radios.StartAnew(); // it is told everything when it is back
        _open.GiveUp();
    }

    /// <summary>What the kernel tells only if asked: messages that it could not queue for us, and transmit power.</summary>
    private void Tick(long nowNs)
    {
        _tickDueNs = nowNs + TickNs;
        uint drops = _registration.Frames.ReadDropCount();
        _port.Count(GuestCounter.NetlinkOverruns, drops - _overruns);
        _overruns = drops;
        if (_discovery.HaveInterfacesChanged())
            Discover();
    }

    private void SyncClock(long nowNs)
    {
        Host.OnAsked(nowNs);
        Clock.Ask();
        // An interrupt would make the answer late, and so the clock vague.
        long deadline = MonotonicClock.NowNs + ClockSpinNs;
        while (Clock.IsWaiting && MonotonicClock.NowNs < deadline)
        {
            if (!Drain())
                Thread.SpinWait(1);
        }
    }

    /// <summary>Polls the ring instead of sleeping, and lets others run between two slices.</summary>
    private bool BusyPoll(long deadlineNs)
    {
        long nowNs = MonotonicClock.NowNs;
        while (nowNs < deadlineNs)
        {
            for (long end = nowNs + BusyPollSliceNs; nowNs < end; nowNs = MonotonicClock.NowNs)
            {
                if (_port.Rx.CountReady() > 0)
                    return true;
            }
            _ = sched_yield();
            _port.Count(GuestCounter.SystemCalls);
            Tx.IsReadable = true;
            if (Tx.Pump(Host.IsThere))
                return true;
            nowNs = MonotonicClock.NowNs;
        }
        return false;
    }

    private void Sleep()
    {
        if (_busyPoll.DeadlineNs is var deadline and not 0 && BusyPoll(deadline))
            return;
        if (!_port.Rx.Arm() || (Tx.IsBlocked && !_port.Tx.ArmFree()))
            return;

        long timeoutNs = Host.MayAnswer ? Math.Clamp(Clock.DueNs - MonotonicClock.NowNs, 0, TickNs) : TickNs;
        if (IsAnyWaiting)
            timeoutNs = Math.Min(timeoutNs, _patience.IntervalNs);
        var wakes = _waits.Sleep(timeoutNs);
        _port.Count(GuestCounter.SystemCalls);
        _port.Count(GuestCounter.Wakeups);
        Tx.IsReadable |= (wakes & Wakes.Frames) != Wakes.None;
        if ((wakes & Wakes.Interfaces) != Wakes.None && _discovery.DrainEvents())
            Discover();
        if ((wakes & Wakes.Control) != Wakes.None)
            _control.Answer();
    }
}
