using System.Numerics;

namespace ShmWifi.ShmMedium.Latency;

/// <summary>Counts durations in log-linear buckets: 32 a power of two, so a quantile is true to about 3 %.</summary>
/// <remarks>
/// One writer; readers see counts that are at most a few behind. Buckets are kept in rows, one a power of two, and a row is made when
/// a value first falls into it: a link's latency needs a few of them, and there are as many links as pairs of VMs.
/// </remarks>
internal sealed class LatencyHistogram
{
    /// <summary>Of <see cref="AddTo"/>: 1 µs and 1.07 s.</summary>
    public const int FirstBound = 10, LastBound = 30;

    private const int SubBits = 5;
    private const int SubBuckets = 1 << SubBits;
    private const int MaxExponent = 36; // 2^36 ns is 69 s: nothing on the medium is later
    private readonly uint[]?[] _rows = new uint[]?[MaxExponent - SubBits + 1];
    private uint[]?[]? _carries; // how often each of a row's buckets went past its 32 bits; hardly any ever does

    /// <summary>Values recorded.</summary>
    public ulong Count { get; private set; }

    /// <summary>Of the values recorded, those that were below 0 and count as 0.</summary>
    public ulong Negative { get; set; }

    /// <summary>Values that were not recorded, as too many new rows were needed at once.</summary>
    public ulong Missed { get; set; }

    /// <summary>Largest value, ns.</summary>
    public ulong MaxNs { get; private set; }

    /// <summary>Records a duration.</summary>
    /// <param name="ns">Nanoseconds; what exceeds the range counts as the range's end.</param>
    /// <param name="times">How often.</param>
    public void Record(ulong ns, uint times = 1)
    {
        if (TryRecord(ns, times))
            return;
        int row = RowOf(Clamp(ns));
        if (_rows[row] is null)
            _rows[row] = new uint[SubBuckets];
        else
            (_carries ??= new uint[]?[_rows.Length])[row] = new uint[SubBuckets];
        _ = TryRecord(ns, times);
    }

    /// <summary>Records a duration, without allocating.</summary>
    /// <param name="ns">Nanoseconds; what exceeds the range counts as the range's end.</param>
    /// <param name="times">How often.</param>
    /// <returns>False when its row, or that of its carries, is missing: <see cref="Record"/> makes it.</returns>
    public bool TryRecord(ulong ns, uint times = 1)
    {
        ns = Clamp(ns);
        int row = RowOf(ns);
        if (_rows[row] is not { } counts)
            return false;
        int bucket = (int)(ns >> Math.Max(row - 1, 0)) & (SubBuckets - 1);
        ref uint count = ref counts[bucket];
        if (times > uint.MaxValue - count)
        {
            if (_carries?[row] is not { } carries)
                return false;
            carries[bucket]++;
        }
        count += times;
        Count += times;
        if (ns > MaxNs)
            MaxNs = ns;
        return true;
    }

    /// <summary>The value below which a fraction of all lies, ns; 0 when nothing was recorded.</summary>
    /// <param name="fraction">0 to 1.</param>
    public ulong QuantileNs(double fraction)
    {
        ulong total = 0;
        for (int bucket = 0; bucket < _rows.Length * SubBuckets; bucket++)
            total += CountOf(bucket);
        if (total == 0)
            return 0;
        ulong rank = Math.Max(1, (ulong)Math.Ceiling(total * fraction));
        ulong seen = 0;
        for (int bucket = 0; bucket < _rows.Length * SubBuckets; bucket++)
        {
            seen += CountOf(bucket);
            if (seen >= rank)
                return Math.Min(UpperEdge(bucket), MaxNs);
        }
        return MaxNs;
    }

    /// <summary>Adds how many values are below 2^<see cref="FirstBound"/> ns, below twice as much and so on up to 2^<see cref="LastBound"/>, and how
    /// many there are.</summary>
    public void AddTo(Span<ulong> counts)
    {
        ulong below = 0;
        for (int row = 0; row < _rows.Length; row++)
        {
            for (int place = 0; place < SubBuckets; place++)
                below += CountOf((row << SubBits) + place);
            int exponent = row + SubBits; // of what the row ends below
            if (exponent is >= FirstBound and <= LastBound)
                counts[exponent - FirstBound] += below;
        }
        counts[LastBound - FirstBound + 1] += below;
    }

    private ulong CountOf(int bucket)
    {
        (int row, int place) = (bucket >> SubBits, bucket & (SubBuckets - 1));
        return (_rows[row]?[place] ?? 0) + ((ulong)(_carries?[row]?[place] ?? 0) << 32);
    }

    private static ulong Clamp(ulong ns) => Math.Min(ns, (1UL << MaxExponent) - 1);

    /// <summary>Row 0 holds what is below 32 ns, row n what has its highest bit at 2^(n + 4).</summary>
    private static int RowOf(ulong ns) => Math.Max(0, BitOperations.Log2(ns | 1) - SubBits + 1);

    private static ulong UpperEdge(int bucket)
    {
        if (bucket < SubBuckets)
            return (ulong)bucket;
        int exponent = (bucket >> SubBits) - 1;
        ulong mantissa = (ulong)((bucket & (SubBuckets - 1)) + SubBuckets);
        return ((mantissa + 1) << exponent) - 1;
    }
}
