using System.Collections.Concurrent;
using System.ComponentModel;
using System.Runtime.InteropServices;
using ShmWifi.Linux;
using Tmds.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>Keeps what must outlive an engine, has one serve and a spare wait, and lets the spare serve when the first ends or hangs.</summary>
/// <remarks>
/// One way for all ends (decision 0018): an engine that is replaced is killed. An engine's datagrams are read before its end is looked at: what it
/// had kept before it died is kept. Datagrams of other processes are not read.
/// </remarks>
/// <param name="program">What an engine is started by.</param>
/// <param name="arguments">Of shm-medium, as given to the keeper.</param>
/// <param name="kept">What it keeps, and what its first engine goes on with.</param>
/// <param name="systemd">What has started it; null: somebody else.</param>
internal sealed unsafe class EngineKeeper(IReadOnlyList<string> program, IReadOnlyList<string> arguments, KeptDescriptors kept,
    ServiceManager? systemd) : IDisposable
{
    /// <summary>How long an engine may be silent.</summary>
    public static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(2);

    private const int BySignal = 128;
    private static readonly TimeSpan s_lowLimit = TimeSpan.FromSeconds(10); // on a busy machine a spare would never be prepared
    private static readonly TimeSpan s_lowLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_barrierLimit = TimeSpan.FromSeconds(5);
    private readonly Backoff _backoff = new();
    private readonly ConcurrentQueue<Action> _events = new();
    private readonly EventFd _wake = new();
    private readonly FileDescriptor _notify = FileDescriptor.Of(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
    private readonly string _notifyName = $"shm-medium/{Environment.ProcessId}/{Guid.NewGuid():N}";
    private readonly byte[] _received = new byte[NotifyMessage.MaxBytes];
    private readonly TimeSpan _aliveInterval = systemd is null ? Timeout.InfiniteTimeSpan : ServiceManager.WatchdogInterval;
    private EngineProcess? _serving, _spare;
    private bool _isReplacing, _isReadyTold;
    private long _endedNs, _startNs = long.MaxValue, _stopNs, _aliveDueNs = long.MaxValue, _lowDueNs = long.MaxValue;
    private IReadOnlyList<EngineRestart> _restarts = [];
    private string _endReason = "";
    private int _endedId;
    private int? _exitCode;

    /// <summary>Serves until a signal, or until no engine can.</summary>
    /// <returns>The exit code of the last engine.</returns>
    /// <exception cref="LibCException">No descriptors are left.</exception>
    /// <exception cref="Win32Exception">No engine can be started.</exception>
    public int Run()
    {
        int yes = 1;
        LibCException.ThrowIfFailed(setsockopt(_notify.Descriptor, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(int)), "setsockopt SO_PASSCRED");
        LibCException.ThrowIfFailed(UnixAddress.ToAbstract(_notify.Descriptor, _notifyName, isServer: true), "bind the engines' notify socket");
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => On(context, Stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => On(context, Stop));
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => On(context, Replace));
        using var report = PosixSignalRegistration.Create((PosixSignal)SIGUSR1, context => On(context, () => _serving?.Signal(SIGUSR1)));
        Serve(StartEngine(), MonotonicClock.NowNs);
        TellAlive(MonotonicClock.NowNs);
        Span<pollfd> watched = [new() { fd = _notify.Descriptor, events = POLLIN }, new() { fd = _wake.Descriptor, events = POLLIN }];
        while (_exitCode is null)
        {
            _ = Poll.WaitForAny(watched, UntilNext(MonotonicClock.NowNs));
            _ = _wake.Drain();
            var due = _events.ToArray(); // what died before now has said before now what it said
            ReadNotifications(MonotonicClock.NowNs);
            for (int i = 0; i < due.Length && _events.TryDequeue(out var happened); i++)
                happened();
            RunDue(MonotonicClock.NowNs);
        }
        systemd?.AwaitRead(s_barrierLimit);
        return _exitCode.Value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _serving?.Dispose();
        _spare?.Dispose();
        _notify.Dispose();
    }

    private void On(PosixSignalContext context, Action action)
    {
        context.Cancel = true;
        Post(action);
    }

    private void Post(Action happened)
    {
        _events.Enqueue(happened);
        _wake.Signal();
    }

    private EngineProcess StartEngine()
    {
        _lowDueNs = 0;
        return EngineProcess.Start(program, arguments, '@' + _notifyName, Watchdog, engine => Post(() => OnEnd(engine, MonotonicClock.NowNs)));
    }

    private void Serve(EngineProcess engine, long nowNs)
    {
        _serving = engine;
        _startNs = long.MaxValue;
        _lowDueNs = 0;
        engine.HandOver(kept, _restarts, nowNs);
    }

    private void StartSpare()
    {
        try
        {
            _spare = StartEngine();
        }
        catch (Exception exception) when (exception is LibCException or Win32Exception)
        {
            Tell($"no spare engine: {exception.Message}"); // its turn is a cold start then
        }
    }

    /// <summary>SIGHUP: a spare from what is on disk by now, and its turn when it has started up.</summary>
    private void Replace()
    {
        if (_stopNs != 0)
            return;
        var old = _spare;
        _spare = null;
        old?.Kill("SIGHUP");
        _isReplacing = true;
        StartSpare();
    }

    private void Stop()
    {
        if (_stopNs != 0)
            return;
        _stopNs = MonotonicClock.NowNs;
        _spare?.Kill("the end");
        if (_serving is null)
            _exitCode = 0;
        _serving?.Signal(SIGTERM);
    }

    private void ReadNotifications(long nowNs)
    {
        while (true)
        {
            long length = UnixMessage.Receive(_notify.Descriptor, _received, MSG_DONTWAIT, out var descriptor, out int pid);
            if (length < 0 && length != -EMSGSIZE)
                return;
            var engine = pid == 0 ? null : pid == _serving?.Id ? _serving : pid == _spare?.Id ? _spare : null;
            if (length <= 0 || engine is null)
                descriptor?.Dispose();
            else
                OnMessage(engine, NotifyMessage.Parse(_received.AsSpan(0, (int)length)), descriptor, nowNs);
        }
    }

    private void OnMessage(EngineProcess engine, NotifyMessage message, FileDescriptor? descriptor, long nowNs)
    {
        if (message.Says(NotifyMessage.Prepared))
            engine.IsPrepared = true;
        if (engine != _serving)
        {
            descriptor?.Dispose();
            if (_isReplacing && engine.IsPrepared)
                _serving?.Kill("SIGHUP");
            return;
        }
        if (kept.Apply(message, descriptor) is { } refusal)
            Tell($"engine {engine.Id} wants {refusal} kept: it is not");
        if (message.Says("WATCHDOG"))
            engine.AliveNs = nowNs;
        if (message.Says("READY") && engine.ReadyNs == 0)
            OnReady(engine, nowNs);
        if (message.Says("STOPPING"))
            systemd?.Tell("STOPPING=1");
    }

    private void OnReady(EngineProcess engine, long nowNs)
    {
        (engine.ReadyNs, engine.AliveNs) = (nowNs, nowNs);
        if (_isReadyTold)
            OnRestart(engine, (nowNs - _endedNs) / 1e6);
        else
            Console.WriteLine("shm-medium: ready");
        _isReadyTold = true;
        systemd?.Tell("READY=1");
        if (_spare is null && _stopNs == 0)
            StartSpare();
    }

    private void OnRestart(EngineProcess engine, double gapMs)
    {
        int number = _restarts is [.., var last] ? last.Number + 1 : 1;
        var restart = new EngineRestart(number, DateTimeOffset.Now.AddMilliseconds(-gapMs), _endReason, gapMs, _endedId);
        Tell($"engine {engine.Id} serves {gapMs:0.0} ms after the end of the one before ({_endReason})");
        _restarts = restart.After(_restarts);
        engine.Tell(restart);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive); // so little is allocated here that the garbage of all restarts would stay
        _ = malloc_trim(0);
    }

    private void OnEnd(EngineProcess engine, long nowNs)
    {
        int code = engine.ExitCode;
        string end = HowItEnded(engine, code);
        engine.Dispose();
        if (engine != _serving)
        {
            if (engine != _spare)
                return; // replaced
            _spare = null;
            if (_stopNs == 0)
                Tell($"spare {end}{(_isReplacing ? $"; engine {_serving?.Id} serves on" : "")}");
            _isReplacing = false;
            return;
        }
        _serving = null;
        _endedId = engine.Id;
        if (_stopNs == 0 && code == DaemonFailure.CannotTakeOver && kept.Count != 0)
        {
            Tell("what was kept of VMs that run is dropped: they have no medium until they are started anew");
            kept.Clear();
            (_endedNs, _endReason, _startNs) = (nowNs, end, nowNs);
            return;
        }
        if (_stopNs != 0 || code == 0 || !_isReadyTold)
        {
            _exitCode = code;
            _spare?.Kill("the end");
            return;
        }
        Tell(code > BySignal ? $"{end}; 'coredumpctl info {engine.Id}' tells more, where core files are kept" : end);
        (_endedNs, _endReason, _isReplacing) = (nowNs, engine.KilledFor ?? end, false);
        if (_backoff.Next(engine.ReadyNs == 0 ? TimeSpan.Zero : TimeSpan.FromMicroseconds((nowNs - engine.ReadyNs) / 1e3)) is { } pause)
        {
            _startNs = nowNs + (long)pause.TotalNanoseconds;
            return;
        }
        Tell($"{Backoff.MaxShortRuns} engines in a row ended within {Backoff.LongRun.TotalSeconds} s each, the last with exit code {code}: "
            + $"it is given up");
        _exitCode = code;
        _spare?.Kill("the end");
    }

    private void RunDue(long nowNs)
    {
        if (nowNs >= _aliveDueNs)
            TellAlive(nowNs);
        if (_exitCode is null && _serving is null && nowNs >= _startNs)
        {
            var engine = _spare ?? StartEngine();
            _spare = null;
            Serve(engine, nowNs);
        }
        if (nowNs >= _lowDueNs)
            EndLowPriority(nowNs);
        if (_serving is null)
            return;
        if (_stopNs != 0)
        {
            if (nowNs - _stopNs > (long)s_stopLimit.TotalNanoseconds)
                _serving.Kill($"no end within {s_stopLimit.TotalSeconds} s");
        }
        else if (nowNs - _serving.AliveNs > LimitNs(_serving) && _serving.KilledFor is null)
        {
            _serving.Kill($"watchdog: silent for {(nowNs - _serving.AliveNs) / 1e9:0.0} s");
        }
    }

    /// <summary>An engine that is waited for, and a spare that was given its time, start up as others run.</summary>
    private void EndLowPriority(long nowNs)
    {
        _lowDueNs = long.MaxValue;
        foreach (var engine in (EngineProcess?[])[_serving, _spare])
        {
            if (engine is null || engine.IsPrepared || engine.ReadyNs != 0)
                continue;
            bool isAwaited = engine == _serving || _isReplacing;
            long dueNs = isAwaited ? nowNs : engine.StartedNs + (long)s_lowLimit.TotalNanoseconds;
            if (dueNs <= nowNs)
            {
                _ = LowPriority.EndOf(engine.Id);
                dueNs = nowNs + (long)s_lowLook.TotalNanoseconds; // it may begin only then
            }
            _lowDueNs = Math.Min(_lowDueNs, dueNs);
        }
    }

    private TimeSpan UntilNext(long nowNs)
    {
        long dueNs = _serving is null ? _startNs
            : _stopNs != 0 ? _stopNs + (long)s_stopLimit.TotalNanoseconds
            : _serving.KilledFor is not null ? long.MaxValue
            : _serving.AliveNs + LimitNs(_serving);
        dueNs = Math.Min(dueNs, Math.Min(_aliveDueNs, _lowDueNs));
        return dueNs == long.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMicroseconds((Math.Max(dueNs - nowNs, 0) / 1000) + 1);
    }

    private static long LimitNs(EngineProcess engine) => (long)(engine.ReadyNs == 0 ? s_startLimit : Watchdog).TotalNanoseconds;

    private static string HowItEnded(EngineProcess engine, int code)
    {
        return code > BySignal
            ? $"engine {engine.Id} was ended by signal {code - BySignal}{(engine.KilledFor is { } why ? $" ({why})" : "")}"
            : $"engine {engine.Id} ended with exit code {code}";
    }

    private static void Tell(string what) => Console.Error.WriteLine($"shm-medium: {what}");

    /// <summary>systemd's watchdog watches the keeper, as the keeper watches the engine.</summary>
    private void TellAlive(long nowNs)
    {
        if (_aliveInterval == Timeout.InfiniteTimeSpan)
            return;
        systemd?.Tell("WATCHDOG=1");
        _aliveDueNs = nowNs + (long)_aliveInterval.TotalNanoseconds;
    }
}
