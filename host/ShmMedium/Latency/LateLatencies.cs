namespace ShmWifi.ShmMedium.Latency;

/// <summary>What cannot be recorded yet, as a link has no histograms, or a histogram no row for it: the engine records it between two rounds,
/// where it may allocate.</summary>
/// <remarks>A link's first frames come here, and a frame that is twice as late as any before. What does not fit is counted as missed.</remarks>
internal sealed class LateLatencies
{
    private readonly (LatencyHistogram Histogram, ulong Ns, uint Frames)[] _late = new (LatencyHistogram, ulong, uint)[1024];
    private readonly (LinkLatency?[] Links, int From, FrameStamps Stamps)[] _first = new (LinkLatency?[], int, FrameStamps)[1024];
    private int _count;
    private int _firstCount;

    /// <summary>Whether any wait.</summary>
    public bool Any => _count != 0 || _firstCount != 0;

    /// <summary>Keeps a duration that frames had for <see cref="Settle"/>.</summary>
    public void Add(LatencyHistogram histogram, ulong ns, uint frames)
    {
        if (_count < _late.Length)
            _late[_count++] = (histogram, ns, frames);
        else
            histogram.Missed += frames;
    }

    /// <summary>Keeps the stamps of a frame of a link that had none before.</summary>
    /// <param name="links">Those to the receiver, by the sender's number.</param>
    public void AddFirst(LinkLatency?[] links, int from, in FrameStamps stamps)
    {
        if (_firstCount == _first.Length)
            Settle(); // allocates where it should not, once for each of more links than that at a time
        _first[_firstCount++] = (links, from, stamps);
    }

    /// <summary>Records all that was kept.</summary>
    public void Settle()
    {
        foreach (ref readonly var first in _first.AsSpan(0, _firstCount))
            (first.Links[first.From] ??= new LinkLatency()).Record(in first.Stamps);
        Array.Clear(_first, 0, _firstCount);
        _firstCount = 0;
        for (int i = 0; i < _count; i++)
            _late[i].Histogram.Record(_late[i].Ns, _late[i].Frames);
        Array.Clear(_late, 0, _count);
        _count = 0;
    }
}
