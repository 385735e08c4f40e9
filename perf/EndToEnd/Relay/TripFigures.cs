using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>Round trips by one route, round by round.</summary>
internal sealed class TripFigures(string label)
{
    private readonly Latencies _all = new();

    /// <summary>The route's label.</summary>
    public string Label { get; } = label;

    /// <summary>Medians, ns.</summary>
    public Rounds P50 { get; } = new();

    /// <summary>99 %, ns.</summary>
    public Rounds P99 { get; } = new();

    /// <summary>Median of the latest round, ns.</summary>
    public double LatestP50 { get; private set; }

    /// <summary>Adds a round.</summary>
    public void Add(Latencies round, Latencies baseline)
    {
        double[] own = round.Quantiles(0.5, 0.99);
        double[] other = baseline.Quantiles(0.5, 0.99);
        P50.Add(own[0], other[0]);
        P99.Add(own[1], other[1]);
        LatestP50 = own[0];
        _all.Add(round);
    }

    /// <summary>Adds a round whose baseline is known by its median alone.</summary>
    /// <param name="baselineP50">The baseline's median, ns.</param>
    public void Add(Latencies round, double baselineP50)
    {
        double[] own = round.Quantiles(0.5, 0.99);
        P50.Add(own[0], baselineP50);
        P99.Add(own[1]);
        _all.Add(round);
    }

    /// <summary>For a plot: how long the slowest of so many trips takes, µs.</summary>
    public Series Distribution(string seriesLabel)
    {
        double[] oneOf = [1.01, 1.1, 1.5, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
        double[] ns = _all.Quantiles(oneOf.Select(n => 1 - (1 / n)));
        return new Series(seriesLabel, [.. oneOf.Zip(ns, static (n, value) => (n, value / 1e3))]);
    }
}
