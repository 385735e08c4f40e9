using System.CommandLine;
using System.Text.Json;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Cli.Ctl;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Telemetry;
using ShmWifi.ShmMedium.Terminal;
using Spectre.Console;

namespace ShmWifi.ShmMedium.Cli;

/// <summary><c>shm-medium top</c>: what a running daemon does, live, from another terminal, by its control API.</summary>
internal sealed class TopCommand : Command
{
    private const double ShortestSeconds = 0.1, LongestSeconds = 3600;
    private static readonly Option<int?> s_pid = new("--pid") { Hidden = true }; // for one version: --socket or --state
    private readonly CtlSession _session = new("top", s_pid);
    private readonly Option<double> _interval =
        new("--interval") { Description = "Seconds between two looks, 0.1 to 3600.", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> _once =
        new("--once") { Description = "Print once and end; takes an interval, for the rates, or none with --json." };

    /// <summary>Makes the command.</summary>
    public TopCommand()
        : base("top", "Shows live what a running daemon does. Exit codes: 0, or 1 when no daemon can be read.")
    {
        foreach (var option in _session.Options)
            Add(option);
        Add(s_pid);
        Add(_interval);
        Add(_once);
        _interval.Validators.Add(result =>
        {
            double seconds = result.GetValueOrDefault<double>();
            if (!(seconds >= ShortestSeconds && seconds <= LongestSeconds))
                result.AddError($"--interval is {seconds}; allowed: {ShortestSeconds} to {LongestSeconds} seconds");
        });
        SetAction(RunAsync);
    }

    private Task<int> RunAsync(ParseResult options, CancellationToken cancellation) => _session.RunAsync(options, async client =>
    {
        if (options.GetValue(s_pid) is not null)
            await _session.WarnOldNameAsync(options, "--pid", "--socket' or '--state");
        bool once = options.GetValue(_once);
        var looks = Looks(client, TimeSpan.FromSeconds(options.GetValue(_interval)), cancellation);
        Action print = _session.WantsJson(options)
            ? () => PrintJson(options.InvocationConfiguration.Output, looks.Take(once ? 1 : int.MaxValue))
            : () => PrintTables(looks, once);
        try
        {
            await Task.Run(print, CancellationToken.None); // what they print to may block, and Ctrl-C is to be received meanwhile
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how one leaves.
        }
        return 0;
    });

    /// <summary>What the daemon says now, and again after each interval.</summary>
    private static IEnumerable<MediumSnapshot> Looks(ControlClient client, TimeSpan interval, CancellationToken cancellation)
    {
        do
        {
            string answer = client.SendAsync(HttpMethod.Get, "status", body: null, cancellation).GetAwaiter().GetResult();
            yield return Parse(answer);
        }
        while (!cancellation.WaitHandle.WaitOne(interval));
    }

    private static MediumSnapshot Parse(string answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, SnapshotJson.Default.MediumSnapshot)!;
        }
        catch (JsonException exception)
        {
            throw new CtlException($"the daemon's status is not what this top reads; is the daemon of another version? {exception.Message}");
        }
    }

    private static void PrintJson(TextWriter output, IEnumerable<MediumSnapshot> looks)
    {
        var oneLine = new SnapshotJson(new JsonSerializerOptions(SnapshotJson.Default.Options) { WriteIndented = false });
        foreach (var snapshot in looks)
        {
            output.WriteLine(JsonSerializer.Serialize(snapshot, oneLine.MediumSnapshot));
            output.Flush();
        }
    }

    private static void PrintTables(IEnumerable<MediumSnapshot> looks, bool once)
    {
        var view = new SummaryView(new VmColors());
        using var tables = looks
            .Select(snapshot => view.Render(snapshot, MonotonicClock.NowNs, Footer(snapshot)))
            .GetEnumerator();
        var console = StandardOutput.OpenForTables();
        if (!once)
            LiveTables.Run(console, () => tables.MoveNext() ? tables.Current : null);
        else if (tables.MoveNext() && tables.MoveNext()) // rates are those since the first
            console.Write(tables.Current);
    }

    private static IEnumerable<string> Footer(MediumSnapshot snapshot)
    {
        yield return $"shm-medium {snapshot.Pid}: {snapshot.Medium.Frames} frames, {snapshot.Medium.Delivered} delivered, "
            + $"{snapshot.Medium.Dropped} dropped since it started; "
            + $"{snapshot.Medium.DoorbellsPerFrame:0.00} doorbells a frame, {snapshot.Medium.PayloadBytesCopied} payload bytes copied";
        if (SummaryView.RestartText(snapshot) is { } restarts)
            yield return restarts;
    }
}
