using System.Collections.Concurrent;
using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using ShmWifi.Configuration;
using ShmWifi.Medium.Logging;
using ShmWifi.Medium.Telemetry;
using ShmWifi.Medium.Terminal;
using Spectre.Console;

namespace ShmWifi.Medium.Cli;

/// <summary><c>shm-medium top</c>: what a running daemon does, live, from another terminal.</summary>
internal sealed class TopCommand : Command
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(0.1); // of .NET's MetricsEventSource
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);
    private readonly Option<int?> _pid = new("--pid") { Description = "The daemon's process; else its state file tells." };
    private readonly Option<string?> _state = new("--state") { Description = "The daemon's state file, if it is not in the usual place." };
    private readonly Option<double> _interval = new("--interval") { Description = "Seconds between two looks, 0.1 to 3600.", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _once = new("--once") { Description = "Print once and end; takes two intervals, for the rates, or one with --json." };
    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON object a look, one a line (docs/monitoring.md)." };

    /// <summary>Makes the command.</summary>
    public TopCommand()
        : base("top", "Shows live what a running daemon does. Exit codes: 0, or 1 when no daemon can be read.")
    {
        Add(_pid);
        Add(_state);
        Add(_interval);
        Add(_once);
        Add(_json);
        _interval.Validators.Add(result =>
        {
            double seconds = result.GetValueOrDefault<double>();
            if (!(seconds >= s_shortest.TotalSeconds && seconds <= s_longest.TotalSeconds))
                result.AddError($"--interval is {seconds}; allowed: {s_shortest.TotalSeconds} to {s_longest.TotalSeconds} seconds");
        });
        SetAction(Run);
    }

    private int Run(ParseResult options)
    {
        if (FindDaemon(options) is not { } pid)
            return 1;
        bool once = options.GetValue(_once);
        bool json = options.GetValue(_json);
        int wanted = once ? json ? 1 : 2 : int.MaxValue;
        var session = new MeterSession(pid, TimeSpan.FromSeconds(options.GetValue(_interval)));
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, EndSession);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, EndSession);
        using var looks = new BlockingCollection<(MediumSnapshot Snapshot, long Ns)>();
        bool isInterrupted = false;
        string? failure = null;
        var reader = new Thread(() =>
        {
            try
            {
                int taken = 0;
                session.Run((snapshot, ns) =>
                {
                    looks.Add((snapshot, ns));
                    if (++taken >= wanted)
                        session.Stop();
                });
            }
            catch (MeterSessionException exception)
            {
                failure = exception.Message;
            }
            looks.CompleteAdding();
        })
        { Name = "meter-reader" };
        reader.Start();
        int shown = json ? PrintJson(options.InvocationConfiguration.Output, looks) : PrintTables(looks, pid, once);
        reader.Join();
        if (failure is null && !isInterrupted && shown < wanted)
            failure = $"process {pid} ended";
        if (failure is not null)
            options.InvocationConfiguration.Error.WriteLine($"shm-medium top: {failure}");
        return failure is null ? 0 : 1;

        void EndSession(PosixSignalContext context)
        {
            context.Cancel = true;
            isInterrupted = true;
            session.Stop();
        }
    }

    private static int PrintJson(TextWriter output, BlockingCollection<(MediumSnapshot Snapshot, long Ns)> looks)
    {
        var oneLine = new SnapshotJson(new JsonSerializerOptions(SnapshotJson.Default.Options) { WriteIndented = false });
        int shown = 0;
        foreach ((MediumSnapshot snapshot, _) in looks.GetConsumingEnumerable())
        {
            output.WriteLine(JsonSerializer.Serialize(snapshot, oneLine.MediumSnapshot));
            output.Flush();
            shown++;
        }
        return shown;
    }

    private static int PrintTables(BlockingCollection<(MediumSnapshot Snapshot, long Ns)> looks, int pid, bool once)
    {
        var view = new SummaryView(new VmColors());
        int shown = 0;
        IAnsiConsole console = StandardOutput.OpenForTables();
        if (once)
        {
            foreach ((MediumSnapshot snapshot, long ns) in looks.GetConsumingEnumerable())
            {
                Spectre.Console.Rendering.IRenderable tables = view.Render(snapshot, ns, Footer(snapshot, pid));
                if (++shown == 2)
                    console.Write(tables);
            }
            return shown;
        }
        LiveTables.Run(console, () =>
        {
            if (!looks.TryTake(out (MediumSnapshot Snapshot, long Ns) look, Timeout.Infinite))
                return null;
            shown++;
            return view.Render(look.Snapshot, look.Ns, Footer(look.Snapshot, pid));
        });
        return shown;
    }

    private static string[] Footer(MediumSnapshot snapshot, int pid) =>
    [
        $"shm-medium {pid}: {snapshot.Medium.Frames} frames, {snapshot.Medium.Delivered} delivered, {snapshot.Medium.Dropped} dropped since it started; "
            + $"{snapshot.Medium.DoorbellsPerFrame:0.00} doorbells a frame, {snapshot.Medium.PayloadBytesCopied} payload bytes copied",
    ];

    private int? FindDaemon(ParseResult options)
    {
        if (options.GetValue(_pid) is { } pid)
            return pid;
        IReadOnlyList<string> paths = options.GetValue(_state) is { } path ? [path] : DaemonState.SearchPaths();
        var reasons = new List<string>();
        foreach (DaemonStateReading reading in paths.Select(DaemonState.TryRead))
        {
            if (reading.State is { } state)
                return state.Pid;
            reasons.Add(reading.Reason);
        }
        options.InvocationConfiguration.Error.WriteLine($"shm-medium top: {string.Join("; ", reasons)}; start one, or give --pid or --state");
        return null;
    }
}
