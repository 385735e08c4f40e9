using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Delivery;
using ShmWifi.ShmMedium.Engine;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>The captures of an engine: the configured one, and those that clients of the control API started.</summary>
/// <remarks>Each has a thread and 1 MiB of its own. They end with the engine; the configured one begins anew with the next.</remarks>
/// <param name="configured">Null: there is none. Its owner ends it when the engine has stopped.</param>
/// <param name="unixFromNs">What makes the frames' times ones since 1970.</param>
internal sealed class Captures(MediumEngine engine, CaptureTap? configured, long unixFromNs, Action<string> warn) : ICaptures, IDisposable
{
    /// <summary>The name of the configured one.</summary>
    public const string ConfiguredName = "configured";

    /// <summary>How many there may be at a time, live ones included.</summary>
    public const int Limit = 32;

    private static readonly TimeSpan s_openLimit = TimeSpan.FromSeconds(1); // a FIFO may have no reader yet

    private readonly Lock _lock = new();
    private readonly Dictionary<string, CaptureTap> _taps = new(StringComparer.Ordinal);
    private int _live;

    /// <summary>The configured one.</summary>
    public CaptureTap? Configured => configured;

    /// <summary>How many there are, live ones included, beside the configured one.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _taps.Count + _live;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<CaptureSnapshot> All
    {
        get
        {
            lock (_lock)
                return [.. Named().OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => c.Tap.Describe() with { Name = c.Name })];
        }
    }

    /// <inheritdoc/>
    public async Task<string?> StartAsync(string name, CaptureConfiguration configuration)
    {
        var tap = new CaptureTap(configuration, warn) { UnixFromMonotonicNs = unixFromNs };
        tap.Tap.WaitsForReader = engine.Calendar is not null;
        lock (_lock)
        {
            string? problem = _taps.Count + _live >= Limit ? $"there are {Limit} captures already"
                : Named().Any(c => c.Name == name) ? $"a capture is called '{name}' already; stop it first"
                : Named().FirstOrDefault(c => c.Tap.Configuration.File == configuration.File).Name is { } other
                    ? $"capture '{other}' writes to {configuration.File}"
                : null;
            if (problem is not null)
            {
                tap.Dispose();
                return problem;
            }
            _taps.Add(name, tap);
        }
        tap.Start();
        await Task.WhenAny(tap.Opened, Task.Delay(s_openLimit));
        if (tap.Describe().Stopped is { } reason)
        {
            Forget(name);
            tap.Dispose();
            return reason;
        }
        engine.AddTap(tap.Tap);
        return null;
    }

    /// <inheritdoc/>
    public async Task<CaptureSnapshot?> StopAsync(string name)
    {
        if (Forget(name) is not { } tap)
            return null;
        await EndAsync(tap.Tap, () => _ = tap.End());
        var done = tap.Describe() with { Name = name };
        tap.Dispose();
        return done;
    }

    /// <inheritdoc/>
    public LiveCapture? Watch(CaptureSelection selection) =>
        TryAddLive(selection) is { } tap ? new LiveCapture(tap, unixFromNs, EndLiveAsync) : null;

    /// <inheritdoc/>
    public LiveFrames? WatchFrames() => TryAddLive(new CaptureSelection()) is { } tap ? new LiveFrames(tap, unixFromNs, EndLiveAsync) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        string[] names;
        lock (_lock)
            names = [.. _taps.Keys];
        foreach (string name in names)
            StopAsync(name).GetAwaiter().GetResult();
    }

    private FrameTap? TryAddLive(CaptureSelection selection)
    {
        lock (_lock)
        {
            if (_taps.Count + _live >= Limit)
                return null;
            _live++;
        }
        var tap = new FrameTap { Selection = selection };
        engine.AddTap(tap);
        return tap;
    }

    private async Task EndLiveAsync(FrameTap tap)
    {
        await EndAsync(tap, static () => { });
        lock (_lock)
            _live--;
    }

    /// <summary>Ends a tap's reader between the engine's last frame for it and the engine's last look at it.</summary>
    private async Task EndAsync(FrameTap tap, Action endReader)
    {
        try
        {
            await engine.RemoveTapAsync(tap);
            endReader();
            await engine.ReleaseTapAsync(tap);
        }
        catch (OperationCanceledException)
        {
            endReader(); // the engine has ended
        }
    }

    private CaptureTap? Forget(string name)
    {
        lock (_lock)
            return _taps.Remove(name, out var tap) ? tap : null;
    }

    private IEnumerable<(string Name, CaptureTap Tap)> Named() =>
        _taps.Select(c => (c.Key, c.Value)).Concat(configured is null ? [] : [(ConfiguredName, configured)]);
}
