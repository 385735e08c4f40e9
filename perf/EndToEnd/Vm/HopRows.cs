using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>Where the time of a frame goes, hop by hop, from the stamps that it carries.</summary>
internal static class HopRows
{
    /// <summary>Adds the rows of both directions of a route. The daemon counts from the association on;
    /// what passed since then are mostly pings, and beacons one way.</summary>
    /// <param name="statistics">Read when only pings had passed.</param>
    /// <param name="guests">What is special about the guests.</param>
    public static void Add(Results results, string group, MediumStatistics statistics, MeasuredPath route, string guests)
    {
        foreach (var link in statistics.Latency.Where(link =>
            (link.From == route.From && link.To == route.To) || (link.From == route.To && link.To == route.From)))
        {
            string name = $"way of a frame {link.From} → {link.To}{guests}";
            Add(results, group, $"{name}, whole", link.Us);
            foreach (var (hop, us) in link.Hops ?? new Dictionary<string, LatencyQuantiles>(StringComparer.Ordinal))
                Add(results, group, $"{name}, {hop}", us);
            if (link.ClockErrorUs is { } error)
                Tell(results, group, $"{name}, error of the clocks at most", error);
        }
    }

    private static void Add(Results results, string group, string name, LatencyQuantiles us)
    {
        if (us is not { P50: { } p50, P99: { } p99 })
            return;
        Tell(results, group, $"{name}, p50", p50);
        Tell(results, group, $"{name}, p99", p99);
    }

    private static void Tell(Results results, string group, string figure, double us)
    {
        var once = new Rounds();
        once.Add(us);
        results.Add(once.Tell(group, figure, "µs"));
    }
}
