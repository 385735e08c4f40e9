using ShmWifi.Linux;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>The medium's own time: ns since the medium started. Motion, fading and schedules follow it.</summary>
/// <param name="startNs">When that was, by CLOCK_MONOTONIC.</param>
internal sealed class MediumClock(long startNs)
{
    /// <summary>A medium that starts now.</summary>
    public MediumClock()
        : this(MonotonicClock.NowNs)
    {
    }

    /// <summary>Now.</summary>
    public long NowNs => At(MonotonicClock.NowNs);

    /// <summary>A time of CLOCK_MONOTONIC as the medium's.</summary>
    /// <param name="monotonicNs">ns.</param>
    public long At(long monotonicNs) => monotonicNs - startNs;

    /// <summary>A time of the medium as CLOCK_MONOTONIC's.</summary>
    /// <param name="mediumNs">ns.</param>
    public long ToMonotonic(long mediumNs) => mediumNs + startNs;
}
