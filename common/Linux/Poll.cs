using System.Runtime.InteropServices;
using Tmds.Linux;

namespace ShmWifi.Linux;

/// <summary>ppoll(2).</summary>
public static unsafe partial class Poll
{
    private const long NsPerTick = TimeSpan.NanosecondsPerTick;

    /// <summary>Sleeps until something happens to a descriptor.</summary>
    /// <param name="events">POLLIN, POLLOUT; errors and the other side's end always count.</param>
    /// <param name="timeout">At most so long; <see cref="Timeout.InfiniteTimeSpan"/>: forever. Signals' handlers do not end it.</param>
    /// <returns>False: the time is over.</returns>
    public static bool WaitFor(int descriptor, short events, TimeSpan timeout)
    {
        var watched = new pollfd { fd = descriptor, events = events };
        return WaitForAny(new Span<pollfd>(ref watched), timeout) != 0;
    }

    /// <summary>Sleeps until something happens to one of several descriptors.</summary>
    /// <param name="timeout">As of <see cref="WaitFor"/>.</param>
    /// <returns>To how many; 0: the time is over.</returns>
    public static int WaitForAny(Span<pollfd> watched, TimeSpan timeout)
    {
        var limit = new WaitLimit(timeout.Ticks * NsPerTick);
        fixed (pollfd* first = watched)
        {
            int count;
            do
                count = ppoll(first, (nuint)watched.Length, timeout < TimeSpan.Zero ? null : &limit.Left, null);
            while (limit.IsInterrupted(count));
            return LibCException.ThrowIfFailed(count, "ppoll");
        }
    }

    // Tmds.LibC declares it without SetLastError: EINTR could not be told from what was last.
    [LibraryImport(LibC.Library, SetLastError = true)]
    private static partial int ppoll(pollfd* fds, nuint count, timespec* timeout, void* signals);
}
