using ShmWifi.Linux;

namespace ShmWifi.Medium.Engine;

/// <summary>The air's own time: ns since the medium started. Motion, fading and schedules follow it.</summary>
public sealed class AirClock
{
    private readonly long _startNs = MonotonicClock.NowNs;

    /// <summary>Now.</summary>
    public long NowNs => At(MonotonicClock.NowNs);

    /// <summary>A time of CLOCK_MONOTONIC as the air's.</summary>
    /// <param name="monotonicNs">ns.</param>
    public long At(long monotonicNs) => monotonicNs - _startNs;

    /// <summary>A time of the air as CLOCK_MONOTONIC's.</summary>
    /// <param name="airNs">ns.</param>
    public long ToMonotonic(long airNs) => airNs + _startNs;
}
