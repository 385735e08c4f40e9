namespace ShmWifi.Linux;

/// <summary>CLOCK_MONOTONIC in nanoseconds, without a transition to native code.</summary>
public static class MonotonicClock
{
    /// <summary>Now, in nanoseconds. On Linux the framework's stop watch is CLOCK_MONOTONIC with this very unit.</summary>
    public static long NowNs => System.Diagnostics.Stopwatch.GetTimestamp();

    /// <summary>What to add to a time of this clock for nanoseconds since 1970, UTC.
    /// Differs from call to call as CLOCK_REALTIME is adjusted.</summary>
    public static long UnixOffsetNs => ((DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick) - NowNs;
}
