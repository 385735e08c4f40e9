using System.Diagnostics;
using ShmWifi.Lab;
using ShmWifi.Linux;

namespace ShmWifi.Tests.Support;

/// <summary>Bound of every wait: far beyond what anything takes.</summary>
internal static class Deadline
{
    /// <summary>The bound.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(LimitMs);

    /// <summary>The bound, ms.</summary>
    public const int LimitMs = 60_000;

    /// <summary>For loops that poll: throws once it has passed. Allocates nothing before.</summary>
    /// <param name="sinceNs">When the wait began, of <see cref="MonotonicClock"/>.</param>
    /// <param name="what">What is waited for: "frame".</param>
    /// <exception cref="LabException">It has passed.</exception>
    public static void Check(long sinceNs, string what, long number)
    {
        if (MonotonicClock.NowNs - sinceNs > LimitMs * 1_000_000L)
            throw new LabException($"{what} {number} did not come within {LimitMs / 1000} s: it was lost");
    }

    /// <summary>Waits until something is so.</summary>
    /// <exception cref="LabException">It never is.</exception>
    public static void Until(Func<bool> condition, string what)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); Thread.Sleep(1))
        {
            if (clock.Elapsed > Limit)
                throw new LabException($"never came: {what}");
        }
    }

    /// <summary>The same.</summary>
    /// <exception cref="LabException">It never is: what <paramref name="message"/> says.</exception>
    public static async Task UntilAsync(Func<bool> condition, Func<string> message)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); await Task.Delay(2))
        {
            if (clock.Elapsed > Limit)
                throw new LabException(message());
        }
    }
}
