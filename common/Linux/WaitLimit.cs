using System.Runtime.InteropServices;
using Tmds.Linux;

namespace ShmWifi.Linux;

/// <summary>How long a system call may sleep, also when signals' handlers cut it short.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct WaitLimit
{
    /// <summary>What is left.</summary>
    public timespec Left;

    private const long NsPerSecond = 1_000_000_000;

    private readonly long _deadlineNs;

    /// <summary>From now.</summary>
    /// <param name="timeoutNs">Negative or zero: not at all.</param>
    public WaitLimit(long timeoutNs)
    {
        if (timeoutNs > 0)
            _deadlineNs = MonotonicClock.NowNs + timeoutNs;
        Left = ToTimespec(timeoutNs);
    }

    /// <summary>Whether a call is to be made again.</summary>
    public bool IsInterrupted(int result)
    {
        if (!Uninterrupted.IsInterrupted(result))
            return false;
        Left = ToTimespec(_deadlineNs - MonotonicClock.NowNs);
        return true;
    }

    private static timespec ToTimespec(long ns)
    {
        ns = Math.Max(0, ns);
        return new timespec { tv_sec = ns / NsPerSecond, tv_nsec = (int)(ns % NsPerSecond) };
    }
}
