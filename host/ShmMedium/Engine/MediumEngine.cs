using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Delivery;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Medium.Faults;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Medium.Ranging;
using ShmWifi.ShmMedium.Ports;
using ShmWifi.ShmMedium.VirtualTime;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>The thread that owns all rings and all state of the medium.</summary>
/// <remarks>
/// <para>A frame goes one way: <see cref="FrameIntake"/> takes it from its TX ring, an <see cref="IMedium"/> says what becomes of it,
/// <see cref="FrameDelivery"/> carries that out, <see cref="RxRings"/> publishes it, <see cref="TxSlots"/> gives the slot back.</para>
/// <para>One round: take back what guests are done with; take each port's frames, deliver them, publish and ring once for each port that got any;
/// give TX slots back. An idle round looks at the ports' TX tails alone. When a round found nothing: sleep a little while a stream passes
/// (<see cref="InterruptModeration"/>), else arm every ring, look once more, sleep in epoll.</para>
/// <para>Frames allocate nothing, take no lock and copy no payload (by reference).
/// Other threads reach it by <see cref="Post"/> and by taps; what they read of it are counters and snapshots.</para>
/// </remarks>
internal sealed class MediumEngine : IMediumChanger, IDisposable
{
    private const uint Batch = 64; // TX slots of one port a round
    private const long EndPollNs = 1_000_000; // in virtual time, while a VM goes
    private const long ReclaimPollNs = 20_000_000; // while guests hold slots and were not asked to ring

    private readonly IMediumLog _log;
    private readonly Action<Exception> _failed;
    private readonly SpinBudget _spin;
    private readonly Thread _thread;
    private readonly CommandQueue _commands = new();
    private readonly EngineSleep _sleep = new();
    private readonly InterruptModeration _moderation = new();
    private readonly PortRegistry _ports;
    private readonly RadioLedger _radioLedger;
    private readonly List<(Port Port, bool Announces)> _untold = []; // ports whose guests do not know yet that the engine changed
    private readonly List<IServed> _served = []; // in the order in which they came

    private readonly MediumClock _clock;
    private readonly MediumState _state;
    private readonly MediumSaver _saver;
    private readonly FrameLedger _frameLedger;
    private readonly HeldFrames _held;
    private readonly PerfectMedium _perfect;
    private readonly InstantMedium _instant;
    private readonly AirtimeMedium _airtime;
    private readonly DecidedMedium _decided;
    private readonly Outcome _outcome = new();
    private IMedium _medium;

    private readonly FrameIntake _intake;
    private readonly RxRings _rx;
    private readonly TxSlots _tx;
    private readonly FrameTaps _taps;
    private readonly PpduTaps _ppduTaps;
    private readonly TxStatusReporter _statuses;
    private readonly FrameDelivery _delivery;
    private readonly PeerMeasurements _measurements;
    private volatile bool _isStopping;

    /// <summary>An engine that does not run yet.</summary>
    /// <param name="ledger">What the engine after this one will know of ports.</param>
    /// <param name="mediumLedger">Of the medium.</param>
    /// <param name="frameLedger">And of frames that wait in the host's memory.</param>
    /// <param name="log">What happened to ports and radios.</param>
    /// <param name="spin">How long to look for more before sleeping.</param>
    /// <param name="medium">As its file has it.</param>
    /// <param name="failed">Told what ended the thread, on that thread: then nobody serves the rings any more.</param>
    /// <param name="calendar">Whose clock all follow; null: the host's is.</param>
    /// <exception cref="Configuration.Text.ConfigurationException">An error table that it names cannot be read, or is wrong.</exception>
    public MediumEngine(Ledger ledger, MediumLedger mediumLedger, FrameLedger frameLedger, IMediumLog log, SpinBudget spin,
        MediumConfiguration medium, Action<Exception> failed, CalendarServer? calendar = null)
    {
        Calendar = calendar;
        _frameLedger = frameLedger;
        _held = new HeldFrames(frameLedger);
        _log = log;
        _failed = failed;
        _spin = spin;
        string file = SavedMedium.HashOf(medium);
        _saver = new MediumSaver(mediumLedger, file);
        (_clock, _state) = BeginOrResume(medium, file, mediumLedger);
        _ = _state.Watch(_ => _saver.Offer(_state.Save(_clock.ToMonotonic(0))));
        Radios = new RadioRegistry(_state.Links, _clock);
        _radioLedger = new RadioLedger(ledger, Radios);
        _perfect = new PerfectMedium(Radios, _state);
        _instant = new InstantMedium(Radios, _state, _clock);
        _airtime = new AirtimeMedium(Radios, _state, _clock, _held);
        _decided = new DecidedMedium(Radios, () => Counters.Disagreements++);
        _medium = ChooseMedium();
        _ = _state.Watch(_ => _medium = ChooseMedium());

        _rx = new RxRings(_clock);
        _taps = new FrameTaps(Radios, _clock);
        _ppduTaps = new PpduTaps(_taps, _held, Radios, _clock);
        _statuses = new TxStatusReporter(_rx, _clock);
        _measurements = new PeerMeasurements(new FineTimingMeasurement(Radios, _state), _rx, _clock);
        _intake = new FrameIntake(Radios, new Announcements(Radios, _radioLedger, _rx, _measurements, log, Counters, _clock), _statuses);
        _tx = new TxSlots(_taps, _clock);
        _ports = new PortRegistry(ledger, _statuses.Remove);
        _delivery = new FrameDelivery(_rx, _statuses, _taps, _held, _clock);
        _sleep.Watch(_commands.Signal.Descriptor);
        calendar?.Watch(_commands.Signal);
        _thread = new Thread(Run) { Name = "medium-engine", IsBackground = true, Priority = ThreadPriority.Highest };
    }

    /// <summary>Who is on the medium.</summary>
    public RadioRegistry Radios { get; }

    /// <summary>Whose clock all follow, on the engine's thread; null: the host's is.</summary>
    public CalendarServer? Calendar { get; }

    /// <summary>Why the medium must not become like this; null: it may.</summary>
    public Func<MediumConfiguration, string?> ProblemOf { get; init; } = _ => null;

    /// <summary>What the engine counts of itself.</summary>
    public EngineCounters Counters { get; } = new();

    /// <summary>The ports that VMs have; a copy for other threads.</summary>
    public IReadOnlyList<Port> Ports => _ports.Attached;

    /// <summary>The medium's configuration with all changes so far.</summary>
    public MediumConfiguration CurrentMedium => _state.Current;

    /// <summary>The injected faults, with what they hit so far.</summary>
    public IReadOnlyList<Fault> Faults => _state.Faults.All;

    /// <inheritdoc cref="PortRegistry.Inspect"/>
    public T Inspect<T>(Func<IReadOnlyList<Port>, PortTotals, T> look) => _ports.Inspect(look);

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <inheritdoc cref="CommandQueue.Post"/>
    public void Post(Action command) => _commands.Post(command);

    /// <inheritdoc cref="CommandQueue.PostAsync"/>
    public Task<T> PostAsync<T>(Func<T> compute) => _commands.PostAsync(compute);

    /// <summary>Gives a VM a port.</summary>
    /// <returns>The port; null: all that the region has are taken.</returns>
    /// <exception cref="LibCException">No memory or no descriptor for it.</exception>
    public async Task<Port?> AttachAsync(PortOffer offer)
    {
        var port = await PostAsync(() => Attach(offer)).ConfigureAwait(false);
        port?.Rings.Populate(); // not on the engine's thread, and before the guest is told of its port
        return port;
    }

    /// <summary>A VM is gone: its radios leave at once.</summary>
    /// <returns>Ends when nobody reads its slots any more: then its region, its eventfds and its name may be used for others.</returns>
    public Task DetachAsync(Port port)
    {
        var released = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => Detach(port, released));
        return _commands.UntilClosed(released.Task);
    }

    /// <summary>Has a guest served, after those that came before; on the engine's thread.</summary>
    public void Add(IServed guest) => _served.Add(guest);

    /// <summary>Does no more.</summary>
    public void Remove(IServed guest) => _served.Remove(guest);

    /// <summary>Wakes the engine when a guest that it serves kicks.</summary>
    public void Watch(FileDescriptor kick) => _sleep.Watch(kick.Descriptor);

    /// <summary>Does no more.</summary>
    public void Unwatch(FileDescriptor kick) => _sleep.Unwatch(kick.Descriptor);

    /// <summary>Shows passing frames to a tap from now on.</summary>
    /// <param name="tap">Read by a thread that runs until the engine has stopped, or that closes it.</param>
    public void AddTap(FrameTap tap) => Post(() =>
    {
        _taps.Add(tap);
        _airtime.ReportsPpdus = _taps.WantPpdus;
    });

    /// <summary>Shows a tap nothing more.</summary>
    /// <returns>Ends when its reader may end with what is there; <see cref="ReleaseTapAsync"/> it then, before it is disposed of.</returns>
    public Task RemoveTapAsync(FrameTap tap) => PostAsync(() =>
    {
        _taps.Remove(tap);
        return _airtime.ReportsPpdus = _taps.WantPpdus;
    });

    /// <summary>Lets the slots go that the reader of a removed tap has read last.</summary>
    public Task ReleaseTapAsync(FrameTap tap) => PostAsync(() =>
    {
        tap.Release();
        return true;
    });

    /// <summary>Changes the medium between two rounds.</summary>
    /// <returns>Ends when the next frame meets the changed medium, and so would the next engine's.</returns>
    /// <exception cref="Configuration.Text.ConfigurationException">A file that it names cannot be read, or is wrong.</exception>
    /// <exception cref="IOException">No memory: it is changed, but the engine after this one would not know.</exception>
    public async Task ApplyAsync(MediumChange change)
    {
        Check(change.ApplyTo(CurrentMedium));
        _state.Prepare(change);
        _ = await PostAsync(() =>
        {
            _state.Apply(change, _clock.NowNs);
            return true;
        }).ConfigureAwait(false);
        _saver.Write();
    }

    /// <inheritdoc/>
    public Task ApplyAsync(Func<MediumConfiguration, MediumChange> decide) => ApplyAsync(decide(CurrentMedium));

    /// <summary>Refuses a medium that this daemon cannot have.</summary>
    /// <exception cref="Configuration.Text.ConfigurationException">Says why.</exception>
    public void Check(MediumConfiguration medium)
    {
        if (ProblemOf(medium) is { } problem)
            throw new ConfigurationException([new("the change", 0, 0, problem)]);
    }

    /// <summary>The configuration that goes on from here as the medium does: places as they are now.</summary>
    public Task<MediumConfiguration> SnapshotMediumAsync() => PostAsync(() => _state.Snapshot(_clock.NowNs));

    /// <summary>Tells of each change of the medium.</summary>
    /// <param name="changed">Called by the engine thread: must not block.</param>
    /// <returns>Dispose of it to unsubscribe.</returns>
    public IDisposable WatchMedium(Action<MediumChange> changed) => _state.Watch(changed);

    /// <summary>Has the engine thread read the medium between two rounds.</summary>
    /// <param name="read">Gets the medium's state and its time, ns. Must not block.</param>
    public Task<T> ReadMediumAsync<T>(Func<MediumState, long, T> read) => PostAsync(() => read(_state, _clock.NowNs));

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
        _saver.Dispose();
        _sleep.Dispose();
        _commands.Dispose();
    }

    /// <summary>Gives a VM a port; on the engine thread, or while it does not run.</summary>
    internal Port? Attach(PortOffer offer)
    {
        if (_ports.Add(offer) is not { } port)
            return null;
        _statuses.Add(port);
        _sleep.Watch(offer.Kick.Descriptor);
        _log.PortAttached(port);
        return port;
    }

    /// <summary>Goes on with ports that another engine has served; while this one does not run, and before any other port comes.</summary>
    /// <param name="offers">By the ports' numbers.</param>
    internal IReadOnlyList<Port> Resume(IReadOnlyList<(int Id, PortOffer Offer)> offers)
    {
        Port[] ports = [.. offers.Select(o => _ports.Resume(o.Id, o.Offer))];
        foreach (var port in ports)
        {
            _statuses.Add(port);
            _sleep.Watch(port.Offer.Kick.Descriptor);
            port.ResumeHoldings();
            bool areRadiosKnown = port.IsFaulted || _radioLedger.Restore(port);
            port.MarkUnsettled(Batch);
            _untold.Add((port, Announces: !areRadiosKnown));
            if (!port.IsFaulted)
                port.RingDoorbell(); // whatever the guest waits for: it may have been rung by the engine before, or not
            _log.PortResumed(port);
        }
        _state.Agreements.ForgetLeft();
        InheritFrames();
        _rx.IsAnyOutstanding = _tx.IsAnyHeld = true;
        TellOfResumption();
        return ports;
    }

    /// <summary>One look at everything.</summary>
    /// <returns>Whether there was anything to do.</returns>
    internal bool RunRound()
    {
        bool busy = RunDue();
        foreach (var guest in _served)
            busy |= guest.TakeSent();
        if (_rx.IsAnyOutstanding)
            busy |= ReclaimRx();
        _taps.Reclaim();
        foreach (var port in _ports.All)
        {
            if (!TryRelayFrames(port))
                continue;
            busy = true;
            _rx.Publish(); // not at the end: frames of the first port do not wait for those of the last
            port.SettleTaken();
        }
        busy |= AdvanceAirtime(); // after the frames were taken: they came before now
        SettleFaults();
        _rx.Publish();
        foreach (var guest in _served)
            busy |= guest.Deliver();
        foreach (var guest in _served)
            guest.Interrupt();
        if (Calendar is not null)
            _served.ForEach(static guest => guest.AwaitInterrupted());
        if (_tx.IsAnyHeld)
            _tx.Release(_ports.All);
        return busy;
    }

    private void Run()
    {
        try
        {
            if (Calendar is { } calendar)
                RunInVirtualTime(calendar);
            else
                RunRounds();
        }
        catch (Exception exception) // whatever it is: a daemon whose rings are dead must not live on
        {
            _failed(exception);
        }
        finally
        {
            _commands.Close();
        }
    }

    private void RunRounds()
    {
        long idleSince = 0;
        while (!_isStopping)
        {
            RunCommands();
            long control = Counters.ControlAllocatedBytes;
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            bool busy = RunRound();
            Counters.AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocated - (Counters.ControlAllocatedBytes - control);
            if (busy)
            {
                idleSince = 0;
                continue;
            }

            long spinNs = _spin.SpinNs(_ports.AttachedCount);
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
            if (_moderation.IsStreaming)
            {
                Counters.Sleeps++;
                InterruptModeration.Sleep(NextDueInNs);
                continue;
            }
            if (!TryArm(out long timeoutNs))
                continue;
            idleSince = 0;
            Counters.Sleeps++;
            _sleep.Wait(Math.Min(timeoutNs, NextDueInNs));
        }
    }

    /// <summary>The same by a calendar: a round is run when no guest runs, until nothing is left to do; then the clock advances.</summary>
    /// <remarks>While a guest runs, only requests of its front end are carried out, which it waits for: they are commands.</remarks>
    private void RunInVirtualTime(CalendarServer calendar)
    {
        while (!_isStopping)
        {
            RunCommands();
            long limitNs = _ports.IsAnyLeaving ? EndPollNs : -1; // what a tap's reader gives back comes without a signal
            if (calendar.IsAnyRunning)
            {
                _taps.Reclaim();
                calendar.Wait(limitNs);
                continue;
            }
            if (calendar.IsAnyEnding(HasPort))
            {
                calendar.Wait(EndPollNs);
                continue;
            }
            if (!RunRound() && _commands.IsEmpty)
                Advance(calendar, limitNs);
        }
    }

    private void Advance(CalendarServer calendar, long limitNs)
    {
        long dueNs = NextDueNs is not long.MaxValue and var ns ? _clock.ToMonotonic(ns) : long.MaxValue;
        calendar.Advance(dueNs, _medium == _airtime ? AirtimeMedium.LookaheadNs : 0, limitNs);
    }

    private bool HasPort(int pid)
    {
        foreach (var port in _ports.All)
        {
            if (port.Offer.Pid == pid && !port.IsRetired)
                return true;
        }
        return false;
    }

    private void RunCommands()
    {
        _rx.SettleLatencies(); // before commands: a number may get another port
        _commands.Run();
        SettleFaults();
        _rx.Publish(); // what commands posted; of ports that are released next, too
        _ports.RemoveReleased();
        TellOfResumption();
    }

    /// <summary>Tells guests whose engine has changed so, when it is time.</summary>
    internal void TellOfResumption()
    {
        if (_untold.Count != 0)
            _ = _untold.RemoveAll(u => u.Port.TryTellOfResumption(u.Announces));
    }

    /// <summary>Transmits what the engine before has taken and did not come to sending.</summary>
    private unsafe void InheritFrames()
    {
        foreach ((var left, byte[] bytes) in _frameLedger.TakeLeft())
        {
            if (_ports.All.FirstOrDefault(p => p.Offer.PeerId == left.PeerId) is not { IsFaulted: false } port || !port.WasTakenBefore(left.Slot))
                continue;
            fixed (byte* first = bytes)
            {
                if (!_intake.TryInherit(port, in left, first, out var frame))
                    continue;
                _outcome.Clear();
                _medium.Transmit(in frame, _outcome);
                _delivery.Deliver(in frame, _outcome);
            }
        }
    }

    /// <summary>Relays a port's frames; a failure in that is the end of this port alone.</summary>
    private bool TryRelayFrames(Port port)
    {
        try
        {
            return RelayFrames(port);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _log.PortFailed(port, e);
            port.ShowSent();
            port.BreakOff(PortFault.HostFailure);
            return true;
        }
    }

    /// <summary>Takes a batch of a port's frames: ring, medium, delivery.</summary>
    private bool RelayFrames(Port port)
    {
        uint ready = Math.Min(FrameIntake.CountReady(port), Batch);
        if (!WorkBudget.TryBegin(port, ready, _ports.All.Length))
            return ready != 0;
        _tx.IsAnyHeld = true;
        long takenNs = _clock.MonotonicNs;
        port.HeardAtNs = takenNs;
        FrameIntake.Prefetch(port, ready);
        var medium = port.IsRemote ? _decided : _medium;
        uint left = ready;
        for (; left != 0 && port.Credit > 0 && !port.IsFaulted; left--)
        {
            port.Credit--;
            if (!_intake.TryTake(port, left, (ulong)takenNs, out var frame))
                continue;
            _outcome.Clear();
            medium.Transmit(in frame, _outcome);
            _delivery.Deliver(in frame, _outcome);
            port.Credit -= WorkBudget.Receiver * _outcome.Receivers;
        }
        port.ShowSent();
        _moderation.OnTaken(ready - left, takenNs);
        return true;
    }

    /// <summary>Has happen what is due on channels that frames contend for, also when no new frame does.</summary>
    private bool AdvanceAirtime()
    {
        if (_airtime.NextEventNs == long.MaxValue)
            return false;
        bool any = false;
        long nowNs = _clock.NowNs;
        try
        {
            while (_airtime.TryAdvance(nowNs, _outcome, out int handle))
            {
                any = true;
                if (_outcome.Sent is { } ppdu)
                {
                    _ppduTaps.Offer(ppdu);
                    continue;
                }
                _delivery.Deliver(in _held[handle], _outcome);
                _airtime.OnDelivered(handle, _outcome);
                if (_outcome.IsOver)
                    _airtime.Release(handle);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _log.AirtimeFailed(e);
            _airtime.Restart();
        }
        return any;
    }

    /// <summary>Carries out what is due: scheduled changes, delayed frames, measurements.</summary>
    private bool RunDue()
    {
        if (_state.NextChangeNs == long.MaxValue && _delivery.NextDelayedNs == long.MaxValue && _measurements.NextNs == long.MaxValue)
            return false;
        long nowNs = _clock.NowNs;
        bool busy = false;
        if (_state.NextChangeNs <= nowNs)
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            busy = _state.RunSchedule(nowNs);
            Counters.ControlAllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocated;
        }
        busy |= _delivery.DeliverDelayed(nowNs);
        busy |= _measurements.TellDue(nowNs);
        if (busy)
            _rx.Publish();
        return busy;
    }

    /// <summary>Takes back what guests are done with, and tells senders what was received by that.</summary>
    private bool ReclaimRx()
    {
        bool busy = false;
        long nowNs = _clock.MonotonicNs;
        _rx.IsAnyOutstanding = false;
        foreach (var port in _ports.All)
        {
            if (port.OutstandingRx == 0)
                continue;
            busy |= _rx.Reclaim(port, nowNs);
            _statuses.ReportReceived(port);
            _rx.IsAnyOutstanding |= port.OutstandingRx != 0;
        }
        _rx.Publish();
        return busy;
    }

    /// <summary>Does what follows from a guest's breaking the rules: what it held is taken back, its radios go, senders are told.</summary>
    private void SettleFaults()
    {
        while (_ports.TryTakeFaulted(out var port))
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            RxRings.ReclaimAll(port);
            _statuses.ReportNotReceived(port);
            Radios.RemoveAll(port);
            port.Rings.SetFault(port.Fault); // when all of it is done
            _log.PortFaulted(port, port.Fault);
            Counters.ControlAllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocated;
        }
    }

    private void Detach(Port port, TaskCompletionSource<bool> released)
    {
        _sleep.Unwatch(port.Offer.Kick.Descriptor);
        Radios.RemoveAll(port);
        RxRings.ReclaimAll(port);
        _ports.Retire(port, released);
        _taps.MoveFrom(port);
        _statuses.ReportNotReceived(port);
        _log.PortDetached(port);
    }

    private (MediumClock Clock, MediumState State) BeginOrResume(MediumConfiguration medium, string file, MediumLedger ledger)
    {
        if (Calendar is null && ledger.Text is { } text) // virtual time ended with the engine before
        {
            if (SavedMedium.TryRead(text, file, out var saved, out string? problem))
                return (new MediumClock(saved.StartNs), new MediumState(saved, ledger));
            _log.MediumNotResumed(problem);
        }
        ledger.Forget();
        var clock = Calendar is { } calendar ? new MediumClock(startNs: 0, calendar.Clock) : new MediumClock();
        var state = new MediumState(medium, clock.NowNs, ledger);
        _saver.Offer(state.Save(clock.ToMonotonic(0)));
        return (clock, state);
    }

    private IMedium ChooseMedium() => _state.IsPerfect ? _perfect : _state.Current.Timing == Timing.Airtime ? _airtime : _instant;

    /// <summary>When the next thing is due, by the medium's clock; <see cref="long.MaxValue"/>: nothing is.</summary>
    private long NextDueNs =>
        Math.Min(Math.Min(_state.NextChangeNs, _delivery.NextDelayedNs), Math.Min(_airtime.NextEventNs, _measurements.NextNs));

    /// <summary>The same from now on.</summary>
    private long NextDueInNs => NextDueNs is not long.MaxValue and var dueNs ? Math.Max(0, dueNs - _clock.NowNs) : long.MaxValue;

    /// <summary>Asks every guest for a doorbell.</summary>
    /// <param name="timeoutNs">How long to sleep at most; <see cref="long.MaxValue"/>: forever.</param>
    /// <returns>Whether the engine may sleep.</returns>
    private bool TryArm(out long timeoutNs)
    {
        timeoutNs = long.MaxValue;
        bool isPressed = false;
        foreach (var port in _ports.All)
            isPressed |= port.HeldSlots > port.HoldLimit / 2;
        foreach (var port in _ports.All)
        {
            if (port.IsFaulted || port.IsRetired)
                continue;
            if (!(port.IsServedHere ? port.Rings.Tx.CountReady() == 0 : port.Rings.Tx.Arm()) || port.Rings.Tx.IsBroken)
                return false;
            if (port.OutstandingRx == 0)
                continue;
            // Who holds slots that a sender will soon miss, or whom senders wait for, is asked to ring; else a look now and then is cheaper.
            if (isPressed || _statuses.IsAwaited(port) || port.FreePoolSlots < port.PoolLength / 4)
            {
                if (!port.Rings.Rx.ArmFree())
                    return false;
            }
            timeoutNs = ReclaimPollNs;
        }
        if (_taps.HoldSlots || _ports.IsAnyLeaving)
            timeoutNs = ReclaimPollNs;
        foreach (var guest in _served)
        {
            if (!guest.TryArm())
                return false;
        }
        return _commands.IsEmpty && !_isStopping;
    }
}
