using ShmWifi.Hwsim.Port;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

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
/// costs no read, and a socket that cannot be drained for lack of slots does not wake. Source: linux fs/eventpoll.c,
/// drivers/uio/uio.c (uio_poll, uio_event_notify).
/// </remarks>
internal sealed class WaitSet : IDisposable
{
    private const int MaxEvents = 8;

    private readonly Epoll _epoll = new();
    private readonly IPortDevice _device;

    /// <summary>Watches.</summary>
    /// <param name="frames">hwsim's registered socket.</param>
    /// <param name="wireless">nl80211's events.</param>
    /// <param name="control">What <see cref="IControlSource"/> wants.</param>
    public WaitSet(IPortDevice device, int frames, int wireless, int links, int control)
    {
        _device = device;
        _epoll.Add(frames, EPOLLIN | EPOLLET, (ulong)Wakes.Frames);
        _epoll.Add(device.Descriptor, EPOLLIN | EPOLLET, (ulong)Wakes.Doorbell);
        _epoll.Add(wireless, EPOLLIN, (ulong)Wakes.Interfaces);
        _epoll.Add(links, EPOLLIN, (ulong)Wakes.Interfaces);
        _epoll.Add(control, EPOLLIN, (ulong)Wakes.Control);
    }

    /// <summary>Sleeps.</summary>
    /// <param name="timeoutNs">At most so long.</param>
    /// <exception cref="HwsimException">The host cannot wake us any more.</exception>
    public Wakes Sleep(long timeoutNs)
    {
        Span<epoll_event> events = stackalloc epoll_event[MaxEvents];
        var wakes = Wakes.None;
        foreach (ref readonly var happened in events[.._epoll.Wait(events, timeoutNs)])
        {
            var wake = (Wakes)happened.data.u64;
            wakes |= wake;
            if ((happened.events & EPOLLERR) != 0 && wake == Wakes.Doorbell)
                throw new HwsimException(_device.LossReason);
        }
        return wakes;
    }

    /// <inheritdoc/>
    public void Dispose() => _epoll.Dispose();
}
