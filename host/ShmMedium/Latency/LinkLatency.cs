namespace ShmWifi.ShmMedium.Latency;

/// <summary>Latency of the frames from one VM to another, whole and hop by hop, from the frames' own stamps.</summary>
internal sealed class LinkLatency
{
    /// <summary>Sending guest's service took it from hwsim, to receiving guest's service gave it to hwsim.</summary>
    public LatencyHistogram Total { get; } = new();

    /// <summary>Sending guest took it, to the host took it: ring, doorbell, the engine's waking.</summary>
    public LatencyHistogram GuestToHost { get; } = new();

    /// <summary>The host took it, to the host posted it.</summary>
    public LatencyHistogram InHost { get; } = new();

    /// <summary>The host posted it, to the receiving guest gave it to hwsim: doorbell, interrupt, the guest's waking.</summary>
    public LatencyHistogram HostToGuest { get; } = new();

    /// <summary>Records one frame's stamps; a stamp that is missing leaves its hop out. One that is out of order, as clocks are known to some
    /// µs only, makes a hop of 0: to leave it out would make the others' mean longer than it was.</summary>
    /// <param name="late">Gets what cannot be recorded without allocating; null: it may be allocated.</param>
    public void Record(in FrameStamps stamps, LateLatencies? late = null)
    {
        RecordHop(InHost, stamps.TakenNs, stamps.PostedNs, late);
        RecordHop(GuestToHost, stamps.CapturedNs, stamps.TakenNs, late);
        RecordHop(HostToGuest, stamps.PostedNs, stamps.InjectedNs, late);
        RecordHop(Total, stamps.CapturedNs, stamps.InjectedNs, late);
    }

    private static void RecordHop(LatencyHistogram histogram, ulong from, ulong to, LateLatencies? late)
    {
        if (from == 0 || to == 0)
            return;
        if (to < from)
            histogram.Negative++;
        ulong ns = to - Math.Min(from, to);
        if (histogram.TryRecord(ns))
            return;
        if (late is null)
            histogram.Record(ns);
        else
            late.Add(histogram, ns);
    }
}
