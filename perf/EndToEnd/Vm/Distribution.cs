namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>The distribution of some values, for a plot.</summary>
internal static class Distribution
{
    private const int MaxPoints = 400;

    /// <summary>Which part of all is as large or smaller, at the values themselves; thinned out when there are many.</summary>
    /// <returns>The value, and the part in percent; both rise.</returns>
    public static IReadOnlyList<(double X, double Y)> Of(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        int count = Math.Min(sorted.Length, MaxPoints);
        return [.. Enumerable.Range(1, count).Select(point =>
        {
            int rank = (int)((long)point * sorted.Length / count);
            return (sorted[rank - 1], 100.0 * rank / sorted.Length);
        })];
    }
}
