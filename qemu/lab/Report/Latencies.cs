namespace ShmWifi.Lab.Report;

/// <summary>Durations of one round, ns.</summary>
internal sealed class Latencies
{
    private readonly List<long> _values = [];

    /// <summary>Adds one.</summary>
    public void Add(long ns) => _values.Add(ns);

    /// <summary>Has room for more without allocating.</summary>
    public void Reserve(int count) => _values.EnsureCapacity(_values.Count + count);

    /// <summary>Quantiles, ns.</summary>
    /// <param name="fractions">0 to 1.</param>
    public double[] Quantiles(params IEnumerable<double> fractions)
    {
        long[] sorted = [.. _values.Order()];
        return [.. fractions.Select(fraction => (double)sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * fraction))])];
    }

    /// <summary>Adds those of another round.</summary>
    public void Add(Latencies other) => _values.AddRange(other._values);
}
