using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;
using ShmWifi.ShmMedium.Telemetry;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>Frames a second from one station to another, by frame size; and what the daemon did for each frame meanwhile.</summary>
internal sealed class ThroughputBySize : IRelayMeasurement
{
    private const int GoalLength = 1500;
    private const double LeastFrames = 2e6;
    private const double LeastRatio = 10;
    private static readonly int[] Lengths = [RelayFrame.MinLength, 256, 512, 1024, GoalLength, RelayFrame.MaxLength];
    private readonly Cleanup _cleanup = new();
    private readonly TimeSpan _time;
    private readonly List<(RelayUnderTest RelayUnderTest, RelayEnd Near, RelayEnd Far, Dictionary<int, Rounds> Figures)> _lines = [];
    private readonly Rounds _relayNs = new();
    private readonly RuntimeWatch _runtime = new();
    private readonly MediumSnapshot[] _before;

    /// <summary>Starts relays.</summary>
    public ThroughputBySize(bool isQuick, CancellationToken cancellation)
    {
        _time = TimeSpan.FromMilliseconds(isQuick ? 60 : 500);
        try
        {
            foreach (var start in (Func<RelayUnderTest>[])
            [
                () => RelayUnderTest.Rings(RelayUnderTest.PollingInTurns, ports: 2, isAcknowledged: false),
                () => RelayUnderTest.Datagrams(2),
                () => RelayUnderTest.Streams(2, noDelay: false),
                () => RelayUnderTest.Streams(2, noDelay: true),
                () => RelayUnderTest.Rings(RelayUnderTest.PollingInTurns, ports: 2, isAcknowledged: true),
                () => RelayUnderTest.Rings("off", ports: 2, isAcknowledged: false),
            ])
            {
                cancellation.ThrowIfCancellationRequested();
                var route = _cleanup.Add(start());
                var near = _cleanup.Add(route.Attach(RelayUnderTest.NearStation));
                var far = _cleanup.Add(route.Attach(RelayUnderTest.FarStation));
                route.Daemon?.WaitForStations(2);
                _lines.Add((route, near, far, Lengths.ToDictionary(length => length, _ => new Rounds())));
                for (int i = 0; i < 3; i++) // the compilers' time
                    _ = Throughput.MeasureUnicast(near, far, GoalLength, TimeSpan.FromMilliseconds(150), cancellation);
            }
            _before = [.. Daemons.Select(daemon => daemon.ReadStatistics())];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => "throughput";

    private IEnumerable<MediumProcess> Daemons => _lines.Select(line => line.RelayUnderTest.Daemon).OfType<MediumProcess>();

    /// <inheritdoc/>
    public void RunRound(CancellationToken cancellation)
    {
        using var watched = _runtime.Open(_lines[0].RelayUnderTest.Daemon!.Id);
        foreach (int length in Lengths)
        {
            double[] framesPerSecond = new double[_lines.Count];
            double[] relayNs = new double[_lines.Count];
            for (int i = 0; i < _lines.Count; i++)
            {
                RelayUnderTest.WaitUntilOthersSleep();
                (uint first, long cpuNs) = (_lines[i].Far.Expected, _lines[i].RelayUnderTest.CpuNs);
                framesPerSecond[i] = Throughput.MeasureUnicast(_lines[i].Near, _lines[i].Far, length, _time, cancellation);
                relayNs[i] = (double)(_lines[i].RelayUnderTest.CpuNs - cpuNs) / (_lines[i].Far.Expected - first);
            }
            int datagrams = _lines.FindIndex(line => line.RelayUnderTest.Label == RelayUnderTest.DatagramsLabel);
            double baseline = framesPerSecond[datagrams];
            if (length == GoalLength)
                _relayNs.Add(relayNs[^1], relayNs[datagrams]);
            for (int i = 0; i < _lines.Count; i++)
                _lines[i].Figures[length].Add(framesPerSecond[i], baseline);
        }
    }

    /// <inheritdoc/>
    public void Report(Results results)
    {
        var rings = _lines[0].Figures[GoalLength];
        results.Add(rings.Judge(
            RelayGroup.GroupName, "throughput, 1500 B, one to one", "frames/s", "≥ 2 million frames/s or ≥ 10 × the socket relay, whichever is more",
            rings.Median >= LeastFrames && rings.MedianRatio >= LeastRatio));
        for (int i = 2; i < _lines.Count; i++)
            results.Add(_lines[i].Figures[GoalLength].Tell(RelayGroup.GroupName, $"throughput, 1500 B, {LabelOf(i)}", "frames/s"));
        results.Add(_relayNs.Tell(RelayGroup.GroupName, "CPU time of the relay a frame, 1500 B, the daemon sleeps when it can", "ns"));
        ReportDaemons(results);
        results.Add(new Plot(
            "relay-throughput", "Throughput of a relay, one to one", "frame, bytes", "frames/s", LogX: true, LogY: true,
            [.. _lines.Select((line, i) => new Series(LabelOf(i), [.. Lengths.Select(length => ((double)length, line.Figures[length].Median))]))]));
    }

    /// <inheritdoc/>
    public void Dispose() => _cleanup.Dispose();

    private string LabelOf(int line) => line == _lines.Count - 1 ? "rings, the daemon sleeps when it can" : _lines[line].RelayUnderTest.Label;

    private void ReportDaemons(Results results)
    {
        MediumSnapshot[] after = [.. Daemons.Select(daemon => daemon.ReadStatistics())];
        double Difference(int daemon, Func<MediumTotals, double> value) => value(after[daemon].Medium) - value(_before[daemon].Medium);
        double PerFrame(int daemon, Func<MediumTotals, double> value) => Difference(daemon, value) / Difference(daemon, totals => totals.Frames);
        double doorbells = PerFrame(after.Length - 1, totals => totals.Doorbells);
        results.Add(Row("doorbells a frame under load, the daemon sleeps when it can", doorbells, "< 0.05", doorbells < 0.05));
        results.Add(Row("doorbells a frame under load, polling", PerFrame(0, totals => totals.Doorbells)));
        double allocated =
            Enumerable.Range(0, after.Length).Sum(daemon => Difference(daemon, totals => totals.AllocatedBytesPerFrame * totals.Frames));
        results.Add(Row("allocation in the engine's loop, bytes a frame", allocated, "0 bytes a frame", allocated == 0));
        results.Add(Row("garbage collections in the polling daemon under load", _runtime.Collections));
        results.Add(Row("pauses of all its threads, in all", _runtime.PauseMs, unit: "ms"));
        results.Add(Row("pauses of all its threads, the longest", _runtime.LongestPauseMs, unit: "ms"));
        results.Add(Row("allocated by all its threads, by the runtime's ticks of 100 kB", _runtime.AllocatedBytes, unit: "B"));
    }

    private static Row Row(string figure, double value, string? limit = null, bool? met = null, string unit = "1") =>
        new(RelayGroup.GroupName, figure, unit, value, Spread: null, Baseline: null, Ratio: null, limit, met);
}
