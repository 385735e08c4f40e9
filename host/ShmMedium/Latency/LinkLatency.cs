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
    public void Record(in FrameStamps stamps)
    {
        RecordInHost(stamps.TakenNs, stamps.PostedNs, frames: 1, late: null);
        RecordInGuests(in stamps, late: null);
    }

    /// <summary>Records the hop that frames of a batch have in common.</summary>
    /// <param name="late">Gets what cannot be recorded without allocating; null: it may be allocated.</param>
    public void RecordInHost(ulong takenNs, ulong postedNs, uint frames, LateLatencies? late) => RecordHop(InHost, takenNs, postedNs, frames, late);

    /// <summary>Records the hops that each frame has of its own.</summary>
    /// <inheritdoc cref="RecordInHost"/>
    public void RecordInGuests(in FrameStamps stamps, LateLatencies? late)
    {
        if (stamps.CapturedNs != 0)
            RecordHop(GuestToHost, stamps.CapturedNs, stamps.TakenNs, frames: 1, late);
        if (stamps.InjectedNs == 0)
            return;
        RecordHop(HostToGuest, stamps.PostedNs, stamps.InjectedNs, frames: 1, late);
        RecordHop(Total, stamps.CapturedNs, stamps.InjectedNs, frames: 1, late);
    }

    private static void RecordHop(LatencyHistogram histogram, ulong from, ulong to, uint frames, LateLatencies? late)
    {
        if (from == 0 || to == 0)
            return;
        if (to < from)
            histogram.Negative += frames;
        ulong ns = to - Math.Min(from, to);
        if (histogram.TryRecord(ns, frames))
            return;
        if (late is null)
            histogram.Record(ns, frames);
        else
            late.Add(histogram, ns, frames);
    }
}
