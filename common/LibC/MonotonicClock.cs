namespace ShmWifi.Linux;

/// <summary>CLOCK_MONOTONIC in nanoseconds, without a transition to native code.</summary>
public static class MonotonicClock
{
    /// <summary>Now, in nanoseconds. On Linux the framework's stop watch is CLOCK_MONOTONIC with this very unit.</summary>
    public static long NowNs => System.Diagnostics.Stopwatch.GetTimestamp();
}
