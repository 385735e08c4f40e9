using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>What one more hearer of a broadcast costs: the slope of the relay's time a frame over 1 to 63 hearers.</summary>
/// <remarks>The relay's time is the CPU time of the thread that relays, which sleeps when it has nothing to do; hearers only give back what came.</remarks>
internal sealed class FanOut : IRelayMeasurement
{
    private const int Length = 256;
    private const double MostNs = 100;
    private static readonly int[] HearerCounts = [1, 2, 4, 8, 16, 32, 63];
    private readonly TimeSpan _time;
    private readonly Route _rings;
    private readonly Dictionary<int, Rounds> _ringNs = HearerCounts.ToDictionary(count => count, _ => new Rounds());
    private readonly Dictionary<int, Rounds> _datagramNs = HearerCounts.ToDictionary(count => count, _ => new Rounds());
    private readonly Rounds _slope = new();

    /// <summary>Starts a daemon.</summary>
    /// <param name="isQuick">Short.</param>
    /// <param name="cancellation">Ends it early.</param>
    public FanOut(bool isQuick, CancellationToken cancellation)
    {
        _time = TimeSpan.FromMilliseconds(isQuick ? 60 : 400);
        _rings = Route.Rings("off", HearerCounts[^1] + 1, isAcknowledged: false);
        try
        {
            using RelayEnd sender = _rings.Attach(Route.NearStation);
            using RelayEnd hearer = _rings.Attach(Route.FarStation);
            _rings.Daemon!.WaitForStations(2);
            for (int i = 0; i < 3; i++) // the compilers' time
                _ = Throughput.MeasureBroadcast(sender, [hearer], Length, TimeSpan.FromMilliseconds(150), cancellation);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => "fan-out";

    /// <inheritdoc/>
    public void RunRound(CancellationToken cancellation)
    {
        double[] ringNs = MeasureRings(cancellation);
        double[] datagramNs = [.. HearerCounts.Select(count => MeasureDatagrams(count, cancellation))];
        for (int i = 0; i < HearerCounts.Length; i++)
        {
            _ringNs[HearerCounts[i]].Add(ringNs[i], datagramNs[i]);
            _datagramNs[HearerCounts[i]].Add(datagramNs[i]);
        }
        _slope.Add(Slope(ringNs), Slope(datagramNs));
    }

    /// <inheritdoc/>
    public void Report(Results results)
    {
        results.Add(_slope.Judge(RelayGroup.GroupName, "broadcast, cost of one more hearer", "ns", "≤ 100 ns by reference", _slope.Median <= MostNs));
        results.Add(_ringNs[1].Tell(RelayGroup.GroupName, "broadcast, cost of a frame to 1 hearer", "ns"));
        results.Add(_ringNs[HearerCounts[^1]].Tell(RelayGroup.GroupName, $"broadcast, cost of a frame to {HearerCounts[^1]} hearers", "ns"));
        results.Add(new Plot(
            "relay-fan-out", "Cost of a broadcast by number of hearers", "hearers", "ns a frame", LogX: true, LogY: true, [Line("rings", _ringNs), Line(Route.DatagramsLabel, _datagramNs)]));
    }

    /// <inheritdoc/>
    public void Dispose() => _rings.Dispose();

    /// <summary>VMs attach one after the other, as hearers are added.</summary>
    private double[] MeasureRings(CancellationToken cancellation)
    {
        using var cleanup = new Cleanup();
        RelayEnd sender = cleanup.Add(_rings.Attach(Route.NearStation));
        List<RelayEnd> hearers = [];
        double[] ns = new double[HearerCounts.Length];
        for (int i = 0; i < ns.Length; i++)
        {
            while (hearers.Count < HearerCounts[i])
                hearers.Add(cleanup.Add(_rings.Attach((byte)(hearers.Count + 1))));
            _rings.Daemon!.WaitForStations(hearers.Count + 1);
            ns[i] = Measure(_rings, sender, hearers, cancellation);
        }
        return ns;
    }

    private double MeasureDatagrams(int hearerCount, CancellationToken cancellation)
    {
        using Route datagrams = Route.Datagrams(hearerCount + 1);
        using var cleanup = new Cleanup();
        RelayEnd[] ends = [.. Enumerable.Range(0, hearerCount + 1).Select(station => cleanup.Add(datagrams.Attach((byte)station)))];
        return Measure(datagrams, ends[0], ends[1..], cancellation);
    }

    private double Measure(Route route, RelayEnd sender, IReadOnlyList<RelayEnd> hearers, CancellationToken cancellation)
    {
        _ = Throughput.MeasureBroadcast(sender, hearers, Length, _time / 2, cancellation); // pages and branches get to know it
        long before = route.CpuNs;
        long frames = Throughput.MeasureBroadcast(sender, hearers, Length, _time, cancellation);
        return (double)(route.CpuNs - before) / frames;
    }

    /// <summary>Least squares over the hearer counts.</summary>
    private static double Slope(double[] ns)
    {
        double meanX = HearerCounts.Average();
        double meanY = ns.Average();
        return HearerCounts.Zip(ns, (x, y) => (x - meanX) * (y - meanY)).Sum() / HearerCounts.Sum(x => (x - meanX) * (x - meanX));
    }

    private static Series Line(string label, Dictionary<int, Rounds> figures) =>
        new(label, [.. HearerCounts.Select(count => ((double)count, figures[count].Median))]);
}
