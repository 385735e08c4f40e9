using System.Numerics;

namespace ShmWifi.Medium.Telemetry;

/// <summary>Counts durations in log-linear buckets: 32 a power of two, so a quantile is true to about 3 %.</summary>
/// <remarks>One writer, which allocates nothing; readers see counts that are at most a few behind.</remarks>
public sealed class LagHistogram
{
    private const int SubBits = 5;
    private const int SubBuckets = 1 << SubBits;
    private const int MaxExponent = 36; // 2^36 ns is 69 s: nothing on the air is later
    private readonly uint[] _counts = new uint[(MaxExponent - SubBits + 2) * SubBuckets];

    /// <summary>Values recorded.</summary>
    public ulong Count { get; private set; }

    /// <summary>Largest value, ns.</summary>
    public ulong MaxNs { get; private set; }

    /// <summary>Records a duration.</summary>
    /// <param name="ns">Nanoseconds; what exceeds the range counts as the range's end.</param>
    public void Record(ulong ns)
    {
        ns = Math.Min(ns, (1UL << MaxExponent) - 1);
        _counts[BucketOf(ns)]++;
        Count++;
        MaxNs = Math.Max(MaxNs, ns);
    }

    /// <summary>The value below which a fraction of all lies, ns; 0 when nothing was recorded.</summary>
    /// <param name="fraction">0 to 1.</param>
    public ulong QuantileNs(double fraction)
    {
        ulong total = 0;
        foreach (uint count in _counts)
            total += count;
        if (total == 0)
            return 0;
        ulong rank = Math.Max(1, (ulong)Math.Ceiling(total * fraction));
        ulong seen = 0;
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= rank)
                return Math.Min(UpperEdge(bucket), MaxNs);
        }
        return MaxNs;
    }

    private static int BucketOf(ulong ns)
    {
        if (ns < SubBuckets)
            return (int)ns;
        int exponent = BitOperations.Log2(ns) - SubBits;
        return ((exponent + 1) << SubBits) + (int)(ns >> exponent) - SubBuckets;
    }

    private static ulong UpperEdge(int bucket)
    {
        if (bucket < SubBuckets)
            return (ulong)bucket;
        int exponent = (bucket >> SubBits) - 1;
        ulong mantissa = (ulong)((bucket & (SubBuckets - 1)) + SubBuckets);
        return ((mantissa + 1) << exponent) - 1;
    }
}
