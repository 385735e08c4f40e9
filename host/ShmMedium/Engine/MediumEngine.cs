using System.Collections.Concurrent;
using ShmWifi.Configuration.Air;
using ShmWifi.Linux;
using ShmWifi.Medium.Contention;
using ShmWifi.Medium.Telemetry;
using ShmWifi.RingBuffer.Layout;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Medium.Engine;

/// <summary>The thread that owns all rings and all state of the air.</summary>
/// <remarks>
/// One round: carry out commands; take back what guests are done with; take each port's frames, post their descriptors,
/// publish and ring once for each port that got any; give TX slots back. An idle round looks at the ports' TX tails alone.
/// When a round found nothing: nap while a stream passes, else arm every ring, look once more, sleep in epoll.
/// Frames allocate nothing, take no lock and copy no payload (by reference).
/// Other threads reach it by <see cref="Post"/> and by taps; what they read of it are counters and snapshots.
/// </remarks>
public sealed unsafe partial class MediumEngine : IAirtimeSink, IDisposable
{
    private const int Batch = 64; // TX slots of one port a round, so that a flood does not starve the others
    private const int ReclaimPollMs = 20; // while guests hold slots and were not asked to ring
    private const int MaxEvents = Abi.MaxPorts + 1;
    private readonly IMediumLog _log;
    private readonly SpinBudget _spin;
    private readonly StreamPacing _pacing = new();
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly Port?[] _peers = new Port?[Abi.MaxPorts]; // _ports by number
    private readonly Port[] _unpublished = new Port[Abi.MaxPorts];
    private readonly LateLags _lateLags = new();
    private readonly AirClock _clock = new();
    private readonly AirModel _model;
    private readonly HeldFrames _held = new();
    private readonly DelayedDeliveries _delayed = new();
    private readonly List<(Port Port, Action Released)> _leaving = [];
    private readonly Thread _thread;
    private readonly Epoll _epoll = new();
    private readonly EventFd _commandEvent = new();
    private Port[] _ports = []; // copied on write
    private FrameTap[] _taps = [];
    private Roster _roster = new([], new MediumTotals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    private long _controlAllocatedBytes;
    private int _unpublishedCount;
    private bool _isAnyRxOutstanding; // false: no port has any
    private bool _isAnyTxHeld; // false: no port has any
    private int _inspections;
    private volatile bool _isStopping;

    /// <summary>An engine that does not run yet.</summary>
    /// <param name="log">What happened to ports and radios.</param>
    /// <param name="spin">How long to look for more before sleeping.</param>
    /// <param name="air">What the air is like.</param>
    /// <exception cref="Configuration.ConfigurationException">An error table that it names cannot be read, or is wrong.</exception>
    public MediumEngine(IMediumLog log, SpinBudget spin, AirConfiguration air)
    {
        _log = log;
        _spin = spin;
        _model = new AirModel(air, _clock.NowNs);
        _airtime = new AirtimeMedium(_model.Links, _model.Errors, this, _clock.NowNs);
        _ = _model.Watch(_ => _airtime.Errors = _model.Errors);
        Air = new Air(_model.Links, _airtime, ForgetFramesOf, _clock);
        Watch(_commandEvent);
        _thread = new Thread(Run) { Name = "medium-engine", IsBackground = true, Priority = ThreadPriority.Highest };
    }

    /// <summary>Who is on the air.</summary>
    public Air Air { get; }

    /// <summary>What the engine counts of itself.</summary>
    public EngineCounters Counters { get; } = new();

    /// <summary>The ports that VMs have; a copy for other threads.</summary>
    public IReadOnlyList<Port> Ports => Volatile.Read(ref _roster).Ports;

    /// <summary>Has another thread look at the ports and at the sums of those that went; the memory of no port is given back meanwhile.</summary>
    /// <param name="look">Short: a VM that goes waits for it.</param>
    public T Inspect<T>(Func<IReadOnlyList<Port>, MediumTotals, T> look)
    {
        Interlocked.Increment(ref _inspections); // a full fence: before the ports are read; pairs with Detach
        try
        {
            Roster roster = Volatile.Read(ref _roster);
            return look(roster.Ports, roster.Departed);
        }
        finally
        {
            Interlocked.Decrement(ref _inspections);
        }
    }

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Has the engine thread do something between two rounds.</summary>
    /// <param name="command">Must not block.</param>
    public void Post(Action command)
    {
        _commands.Enqueue(command);
        _commandEvent.Signal();
    }

    /// <summary>Shows passing frames to a tap from now on.</summary>
    /// <param name="tap">Read by a thread that runs until the engine has stopped, or that closes it.</param>
    public void AddTap(FrameTap tap) => Post(() => _taps = [.. _taps, tap]);

    /// <summary>Stops the thread and waits for it.</summary>
    public void Stop()
    {
        _isStopping = true;
        Post(static () => { });
        if (_thread.IsAlive)
            _thread.Join();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _epoll.Dispose();
        _commandEvent.Dispose();
        _held.Dispose();
    }

    private void Run()
    {
        Span<epoll_event> events = stackalloc epoll_event[MaxEvents];
        long idleSince = 0;
        while (!_isStopping)
        {
            while (_commands.TryDequeue(out Action? command))
                command();
            PublishRx(); // what commands posted; of ports that are released next, too
            ReleaseLeaving();
            if (_lateLags.Any)
                _lateLags.Settle();

            _controlAllocatedBytes = 0;
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            bool busy = RunRound();
            Counters.AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocated - _controlAllocatedBytes;
            if (busy)
            {
                idleSince = 0;
                continue;
            }

            long spinNs = _spin.SpinNs(_roster.Ports.Length);
            if (spinNs > 0)
            {
                long now = MonotonicClock.NowNs;
                if (idleSince == 0)
                    idleSince = now;
                if (now - idleSince < spinNs)
                {
                    Thread.SpinWait(1);
                    continue;
                }
            }
            if (_pacing.IsStreaming)
            {
                Counters.Sleeps++;
                StreamPacing.Nap(NextDueInNs);
                continue;
            }
            if (!TryArm(out int timeoutMs))
                continue;
            idleSince = 0;
            Counters.Sleeps++;
            Sleep(events, timeoutMs);
        }
    }

    /// <summary>One look at everything.</summary>
    /// <returns>Whether there was anything to do.</returns>
    internal bool RunRound()
    {
        bool busy = RunDue();
        if (_isAnyRxOutstanding)
            busy |= ReclaimRx();
        foreach (FrameTap tap in _taps)
            tap.Reclaim();
        foreach (Port port in _ports)
        {
            if (!TakeFrames(port))
                continue;
            busy = true;
            PublishRx(); // not at the end: frames of the first port do not wait for those of the last
        }
        busy |= AdvanceAir(); // after the frames were taken: they came before now
        PublishRx(); // to senders whose receiver was faulted
        if (_isAnyTxHeld)
        {
            RelieveSenders();
            ReleaseTxSlots();
        }
        return busy;
    }

    /// <summary>Takes back what guests are done with, and tells senders what was heard by that.</summary>
    private bool ReclaimRx()
    {
        bool busy = false;
        _isAnyRxOutstanding = false;
        foreach (Port port in _ports)
        {
            if (port.OutstandingRx == 0)
                continue;
            busy |= Reclaim(port);
            ReportDeferred(port);
            _isAnyRxOutstanding |= port.OutstandingRx != 0;
        }
        PublishRx();
        return busy;
    }

    /// <summary>Remembers that a port has a new descriptor to be published.</summary>
    private void PublishLater(Port port)
    {
        if (port.PendingRx == 1)
            _unpublished[_unpublishedCount++] = port;
        _isAnyRxOutstanding = true;
    }

    /// <summary>Publishes the ports' new descriptors, and interrupts the VMs that asked for that.</summary>
    private void PublishRx()
    {
        for (int i = 0; i < _unpublishedCount; i++)
        {
            Port port = _unpublished[i];
            if (port.PublishRx())
                Ring(port);
            else
                port.Rings.Count(HostCounter.DoorbellsSuppressed);
        }
        _unpublishedCount = 0;
    }

    private void ReleaseTxSlots()
    {
        _isAnyTxHeld = false;
        foreach (Port port in _ports)
        {
            if (port.Rings.Tx.Held == 0)
                continue;
            ReleaseTxSlots(port);
            _isAnyTxHeld |= port.Rings.Tx.Held != 0;
        }
    }

    /// <summary>Gives back the TX slots, oldest first, that nobody reads any more.</summary>
    private static void ReleaseTxSlots(Port port)
    {
        if (port.IsFaulted || port.IsRetired)
            return;
        uint head = port.Rings.Tx.Head;
        uint count = 0;
        while (count < port.Rings.Tx.Held && port.IsUnheld(head + count))
            count++;
        if (count != 0 && port.Rings.Tx.Release(count))
            Ring(port);
    }

    private static void Ring(Port port)
    {
        port.Rings.Count(HostCounter.Doorbells);
        port.Doorbell.Signal();
    }

    /// <summary>Asks every guest for a doorbell.</summary>
    /// <param name="timeoutMs">How long to sleep at most; -1: for ever.</param>
    /// <returns>Whether the engine may sleep.</returns>
    private bool TryArm(out int timeoutMs)
    {
        timeoutMs = -1;
        bool isPressed = false;
        foreach (Port port in _ports)
            isPressed |= port.HeldSlots > port.HoldLimit / 2;
        foreach (Port port in _ports)
        {
            if (port.IsFaulted || port.IsRetired)
                continue;
            if (!port.Rings.Tx.Arm() || port.Rings.Tx.IsBroken)
                return false;
            if (port.OutstandingRx == 0)
                continue;
            // Who holds slots that a sender will soon miss, or whom senders wait for, is asked to ring; else a look now and then is cheaper.
            if (isPressed || port.Deferred.Any || port.FreePoolSlots < port.PoolLength / 4)
            {
                if (!port.Rings.Rx.ArmFree())
                    return false;
            }
            timeoutMs = ReclaimPollMs;
        }
        bool isTapHolding = false;
        foreach (FrameTap tap in _taps)
            isTapHolding |= tap.HoldsSlots && !tap.IsClosed; // what a closed tap left behind is moved when its sender is held up
        if (isTapHolding || _leaving.Count != 0)
            timeoutMs = ReclaimPollMs;
        return _commands.IsEmpty && !_isStopping;
    }

    /// <summary>Sleeps until something happens, or something of the air is due.</summary>
    private void Sleep(Span<epoll_event> events, int timeoutMs)
    {
        long limitNs = Math.Min(timeoutMs < 0 ? long.MaxValue : timeoutMs * 1_000_000L, NextDueInNs);
        _ = _epoll.Wait(events, limitNs == long.MaxValue ? -1 : Math.Max(0, limitNs));
    }

    /// <summary>Edge-triggered, so that an eventfd need not be read: each write to it is an edge.</summary>
    private void Watch(EventFd waker) => _epoll.Add(waker.Descriptor, EPOLLIN | EPOLLET, data: 0);

    /// <summary>The VMs that are there, and the sums of those that went: one word, so that nobody counts a VM twice.</summary>
    private sealed record Roster(Port[] Ports, MediumTotals Departed);
}
