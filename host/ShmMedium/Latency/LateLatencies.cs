namespace ShmWifi.ShmMedium.Latency;

/// <summary>Durations whose histograms have no row for them yet: the engine records them between two rounds, where it may allocate.</summary>
/// <remarks>A link's first frames come here, and a frame that is twice as late as any before. What does not fit is counted as missed.</remarks>
internal sealed class LateLatencies
{
    private readonly (LatencyHistogram Histogram, ulong Ns)[] _late = new (LatencyHistogram, ulong)[1024];
    private int _count;

    /// <summary>Whether any wait.</summary>
    public bool Any => _count != 0;

    /// <summary>Keeps a duration for <see cref="Settle"/>.</summary>
    public void Add(LatencyHistogram histogram, ulong ns)
    {
        if (_count < _late.Length)
            _late[_count++] = (histogram, ns);
        else
            histogram.Missed++;
    }

    /// <summary>Records all that was kept.</summary>
    public void Settle()
    {
        for (int i = 0; i < _count; i++)
            _late[i].Histogram.Record(_late[i].Ns);
        Array.Clear(_late, 0, _count);
        _count = 0;
    }
}
