using ShmWifi.Linux;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>The medium's own time: ns since the medium started. Motion, fading and schedules follow it.</summary>
/// <remarks>Whatever guests, or a capture, can see the time of is stamped by this clock, and by no other.</remarks>
/// <param name="startNs">When that was, by CLOCK_MONOTONIC.</param>
/// <param name="virtualClock">In place of CLOCK_MONOTONIC; null: none.</param>
internal sealed class MediumClock(long startNs, VirtualClock? virtualClock = null)
{
    /// <summary>A medium that starts now.</summary>
    public MediumClock()
        : this(MonotonicClock.NowNs)
    {
    }

    /// <summary>Now.</summary>
    public long NowNs => At(MonotonicNs);

    /// <summary>CLOCK_MONOTONIC, or what stands for it.</summary>
    public long MonotonicNs => virtualClock is null ? MonotonicClock.NowNs : virtualClock.NowNs;

    /// <summary>A time of CLOCK_MONOTONIC as the medium's.</summary>
    /// <param name="monotonicNs">ns.</param>
    public long At(long monotonicNs) => monotonicNs - startNs;

    /// <summary>A time of the medium as CLOCK_MONOTONIC's.</summary>
    /// <param name="mediumNs">ns.</param>
    public long ToMonotonic(long mediumNs) => mediumNs + startNs;
}
