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
    /// <param name="wayUs">What the whole way is to take at most, p50, in microseconds; null: nothing is wanted of it.</param>
    public static void Add(
        Results results, string group, MediumStatistics statistics, MeasuredPath route, string guests, double? wayUs = null)
    {
        foreach (var link in statistics.Latency.Where(link =>
            (link.From == route.From && link.To == route.To) || (link.From == route.To && link.To == route.From)))
        {
            string name = $"way of a frame {link.From} → {link.To}{guests}";
            Add(results, group, $"{name}, whole", link.Us, wayUs);
            foreach (var (hop, us) in link.Hops ?? new Dictionary<string, LatencyQuantiles>(StringComparer.Ordinal))
                Add(results, group, $"{name}, {hop}", us);
            if (link.ClockErrorUs is { } error)
                results.Add(Rounds.Once(error).Tell(group, $"{name}, error of the clocks at most", "µs"));
        }
    }

    private static void Add(Results results, string group, string name, LatencyQuantiles us, double? goalUs = null)
    {
        if (us is not { P50: { } p50, P99: { } p99 })
            return;
        results.Add(goalUs is { } goal
            ? Rounds.Once(p50).Judge(group, $"{name}, p50", "µs", $"≤ {goal} µs", p50 <= goal)
            : Rounds.Once(p50).Tell(group, $"{name}, p50", "µs"));
        results.Add(Rounds.Once(p99).Tell(group, $"{name}, p99", "µs"));
    }
}
