using ShmWifi.Lab.Report;

namespace ShmWifi.Perf.EndToEnd.Rings;

/// <summary>What one run of a loop took.</summary>
internal sealed class Times
{
    private const int WarmUpShare = 10; // one in so many chunks: caches, page tables, the cores' clocks
    private static readonly double[] TailFractions =
        [0, .01, .05, .1, .2, .3, .4, .5, .6, .7, .8, .9, .95, .98, .99, .995, .998, .999, .9995, .9998, .9999, .99999];

    private readonly double[] _sortedNs;

    /// <summary>From chunks.</summary>
    /// <param name="chunkNs">In the order in which they ran, ns.</param>
    /// <param name="count">Frames or round trips of a chunk.</param>
    public Times(long[] chunkNs, uint count) =>
        _sortedNs = [.. chunkNs.Skip(chunkNs.Length / WarmUpShare).Select(ns => (double)ns / count).Order()];

    /// <summary>Of one frame or round trip, ns: the median chunk's, since on a machine that does other things a mean is theirs.</summary>
    public double MedianNs => QuantileNs(0.5);

    /// <summary>Throughput of the median chunk.</summary>
    public double FramesPerSecond => 1e9 / MedianNs;

    /// <summary>What a share of the chunks did not exceed, ns a frame.</summary>
    /// <param name="fraction">0 to 1.</param>
    public double QuantileNs(double fraction) => _sortedNs[Math.Clamp((int)Math.Ceiling(_sortedNs.Length * fraction) - 1, 0, _sortedNs.Length - 1)];

    /// <summary>Median over runs of their medians, ns.</summary>
    public static double MedianOf(IEnumerable<Times> runs) => Rounds.MedianOf(runs.Select(run => run.MedianNs));

    /// <summary>For a plot: times, and the share of chunks that took longer; medians over runs.</summary>
    public static IReadOnlyList<(double Ns, double Longer)> Tail(IReadOnlyList<Times> runs) =>
        [.. TailFractions.Select(fraction => (Rounds.MedianOf(runs.Select(run => run.QuantileNs(fraction))), 1 - fraction))];
}
