namespace ShmWifi.Lab.Measure;

/// <summary>Round-trip times in milliseconds.</summary>
/// <param name="P90">90 %.</param>
/// <param name="P99">99 %.</param>
internal sealed record RttSummary(double P50, double P90, double P99, double Max)
{
    /// <summary>Sums up; null when there is nothing to sum up.</summary>
    public static RttSummary? Of(IEnumerable<double> rttMs)
    {
        double[] sorted = rttMs.Order().ToArray();
        return sorted.Length == 0 ? null : new RttSummary(Rank(sorted, 0.5), Rank(sorted, 0.9), Rank(sorted, 0.99), sorted[^1]);
    }

    /// <summary>The nearest-rank quantile.</summary>
    private static double Rank(double[] sorted, double quantile) => sorted[(int)Math.Ceiling(quantile * sorted.Length) - 1];
}
