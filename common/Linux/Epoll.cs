using Tmds.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.Linux;

/// <summary>An epoll instance: what one thread sleeps on.</summary>
public sealed unsafe class Epoll : FileDescriptor
{
    /// <summary>One that watches nothing.</summary>
    /// <exception cref="LibCException">No descriptors are left.</exception>
    public Epoll()
        : base(LibCException.ThrowIfFailed(epoll_create1(EPOLL_CLOEXEC), "epoll_create1"))
    {
    }

    /// <summary>Watches a descriptor from now on.</summary>
    /// <param name="descriptor">Remove it before it is closed, when others have it open, too.</param>
    /// <param name="events">EPOLLIN, …; by level, or by edge with EPOLLET.</param>
    /// <param name="data">Comes back with its events.</param>
    /// <exception cref="LibCException">It cannot be watched.</exception>
    public void Add(int descriptor, int events, ulong data)
    {
        var watched = new epoll_event { events = events, data = new epoll_data_t { u64 = data } };
        LibCException.ThrowIfFailed(epoll_ctl(Descriptor, EPOLL_CTL_ADD, descriptor, &watched), "epoll_ctl");
    }

    /// <summary>Watches a descriptor no longer; nothing happens when it is not watched.</summary>
    public void Remove(int descriptor) => _ = epoll_ctl(Descriptor, EPOLL_CTL_DEL, descriptor, null);

    /// <summary>Sleeps until something happens.</summary>
    /// <param name="events">Gets what happened, as much as fits.</param>
    /// <param name="timeoutNs">At most so long; negative: forever. Signals' handlers do not end it.</param>
    /// <returns>How many events; 0: the time is over.</returns>
    /// <exception cref="LibCException">It is closed, or the kernel is older than 5.11.</exception>
    public int Wait(Span<epoll_event> events, long timeoutNs)
    {
        var limit = new WaitLimit(timeoutNs);
        fixed (epoll_event* first = events)
        {
            int count;
            do
                count = epoll_pwait2(Descriptor, first, events.Length, timeoutNs < 0 ? null : &limit.Left, null);
            while (limit.IsInterrupted(count));
            return LibCException.ThrowIfFailed(count, "epoll_pwait2");
        }
    }
}
