using ShmWifi.Hwsim.Port;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Hwsim;

/// <summary>Why the loop was woken.</summary>
[Flags]
internal enum Wakes
{
    /// <summary>The time was over.</summary>
    None = 0,

    /// <summary>hwsim has messages.</summary>
    Frames = 1,

    /// <summary>The host rang.</summary>
    Doorbell = 2,

    /// <summary>Radios or interfaces changed.</summary>
    Interfaces = 4,

    /// <summary>The control source wants something.</summary>
    Control = 8,
}

/// <summary>All that the loop sleeps on.</summary>
/// <remarks>
/// hwsim's socket and the device are edge-triggered: each message and each interrupt is an edge of its own, so an interrupt
/// costs no read, and a socket that cannot be drained for want of slots does not wake. Source: linux fs/eventpoll.c,
/// drivers/uio/uio.c (uio_poll, uio_event_notify).
/// </remarks>
internal sealed unsafe class WaitSet : IDisposable
{
    private const int MaxEvents = 8;
    private const long NsPerMs = 1_000_000;

    private readonly int _epoll = LibCException.ThrowIfFailed(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    private readonly IPortDevice _device;

    /// <summary>Watches.</summary>
    /// <param name="device">The host's doorbell.</param>
    /// <param name="frames">hwsim's registered socket.</param>
    /// <param name="wireless">nl80211's events.</param>
    /// <param name="links">rtnetlink's events.</param>
    /// <param name="control">What <see cref="IControlSource"/> wants.</param>
    public WaitSet(IPortDevice device, int frames, int wireless, int links, int control)
    {
        _device = device;
        Watch(frames, Wakes.Frames, EPOLLET);
        Watch(device.Descriptor, Wakes.Doorbell, EPOLLET);
        Watch(wireless, Wakes.Interfaces, 0);
        Watch(links, Wakes.Interfaces, 0);
        Watch(control, Wakes.Control, 0);
    }

    /// <summary>Sleeps.</summary>
    /// <param name="timeoutNs">At most so long; to the millisecond, upwards.</param>
    /// <exception cref="HwsimException">The host cannot wake us any more.</exception>
    public Wakes Sleep(long timeoutNs)
    {
        epoll_event* events = stackalloc epoll_event[MaxEvents];
        int count = epoll_wait(_epoll, events, MaxEvents, (int)((timeoutNs + NsPerMs - 1) / NsPerMs));
        if (count < 0 && errno != EINTR)
            throw new LibCException("wait for frames");
        var wakes = Wakes.None;
        for (int i = 0; i < count; i++)
        {
            wakes |= (Wakes)events[i].data;
            if ((events[i].events & EPOLLERR) != 0 && (Wakes)events[i].data == Wakes.Doorbell)
                throw new HwsimException(_device.LossReason);
        }
        return wakes;
    }

    /// <inheritdoc/>
    public void Dispose() => _ = close(_epoll);

    private void Watch(int descriptor, Wakes wakes, uint trigger)
    {
        var watched = new epoll_event { events = EPOLLIN | trigger, data = (ulong)wakes };
        LibCException.ThrowIfFailed(epoll_ctl(_epoll, EPOLL_CTL_ADD, descriptor, &watched), "epoll_ctl");
    }
}
