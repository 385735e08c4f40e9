using ShmWifi.Linux;
using ShmWifi.Medium.Ports;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Medium.Engine;

/// <summary>Where the engine's thread sleeps when there is nothing to do: until a guest's doorbell, a command, or a time.</summary>
internal sealed unsafe class EngineSleep : IDisposable
{
    private const int MaxEvents = Abi.MaxPorts + 1;
    private readonly epoll_event[] _events = GC.AllocateArray<epoll_event>(MaxEvents, pinned: true);
    private readonly int _epoll = LibCException.ThrowIfFailed(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");

    /// <summary>Wakes the thread when an eventfd is signalled: edge-triggered, so that it need not be read; each write to it is an edge.</summary>
    /// <exception cref="LibCException">No room for one more.</exception>
    public void Watch(int descriptor)
    {
        var watched = new epoll_event { events = EPOLLIN | EPOLLET, data = (ulong)descriptor };
        LibCException.ThrowIfFailed(epoll_ctl(_epoll, EPOLL_CTL_ADD, descriptor, &watched), "epoll_ctl for an eventfd");
    }

    /// <summary>Does no more.</summary>
    public void Unwatch(int descriptor) => _ = epoll_ctl(_epoll, EPOLL_CTL_DEL, descriptor, null);

    /// <summary>Sleeps.</summary>
    /// <param name="atMostNs">ns; <see cref="long.MaxValue"/>: until something happens.</param>
    public void Wait(long atMostNs)
    {
        epoll_event* events = (epoll_event*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _events[0]);
        if (atMostNs == long.MaxValue)
        {
            _ = epoll_wait(_epoll, events, MaxEvents, -1);
            return;
        }
        var timeout = new timespec { tv_sec = atMostNs / 1_000_000_000, tv_nsec = atMostNs % 1_000_000_000 };
        _ = epoll_pwait2(_epoll, events, MaxEvents, &timeout, null);
    }

    /// <inheritdoc/>
    public void Dispose() => _ = close(_epoll);
}
