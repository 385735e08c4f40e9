using ShmWifi.Linux;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Telemetry;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ShmWifi.ShmMedium.Terminal;

/// <summary><c>run --print table</c>: the summary each second, on a thread of its own, and below it the latest events.</summary>
internal sealed class TablePrinter : ILogSink, IDisposable
{
    private const int EventsShown = 8;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_stuck = TimeSpan.FromSeconds(2);
    private readonly IAnsiConsole _console;
    private readonly SummaryView _view;
    private readonly Queue<string> _events = new();
    private readonly ManualResetEventSlim _stop = new();
    private Thread? _thread;

    /// <summary>A printer that does not run yet.</summary>
    public TablePrinter(IAnsiConsole console, VmColors colors)
    {
        _console = console;
        _view = new SummaryView(colors);
    }

    /// <inheritdoc/>
    public string Name => "the table";

    /// <summary>Starts printing.</summary>
    public void Start(SnapshotSource snapshots)
    {
        _thread = new Thread(() => LiveTables.Run(_console, () => Next(snapshots))) { Name = "table", IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Write(LogEvent item)
    {
        string vm = item.Vm is null ? "" : $"{item.Vm}: ";
        lock (_events)
        {
            _events.Enqueue($"{item.Time:HH:mm:ss} {vm}{item.Message}");
            if (_events.Count > EventsShown)
                _events.Dequeue();
        }
    }

    /// <summary>Ends printing; does not wait for a terminal that is stopped.</summary>
    public void Dispose()
    {
        _stop.Set();
        _ = _thread?.Join(s_stuck);
    }

    private IRenderable? Next(SnapshotSource snapshots)
    {
        if (_stop.Wait(s_interval))
            return null;
        string[] events;
        lock (_events)
            events = [.. _events];
        return _view.Render(snapshots.Take(), MonotonicClock.NowNs, events);
    }
}
