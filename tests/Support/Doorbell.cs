using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Tests.Support;

/// <summary>An eventfd between a guest and its host: one side rings, the other sleeps.</summary>
/// <param name="descriptor">The eventfd, non-blocking; closed with this.</param>
internal sealed unsafe class Doorbell(int descriptor) : IDisposable
{
    private int _epoll = -1;

    /// <summary>The eventfd.</summary>
    public int Descriptor => descriptor;

    /// <summary>A new eventfd.</summary>
    public static Doorbell Create() => new(LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"));

    /// <summary>Rings.</summary>
    public void Ring()
    {
        ulong one = 1;
        LibCException.ThrowIfFailed((int)write(descriptor, &one, sizeof(ulong)), "write an eventfd");
    }

    /// <summary>Takes what rang.</summary>
    /// <returns>How often; 0: not since it was taken last.</returns>
    public ulong Take()
    {
        ulong count = 0;
        return read(descriptor, &count, sizeof(ulong)) == sizeof(ulong) ? count : 0;
    }

    /// <summary>Sleeps until it rings; who waits again and again need not take.</summary>
    /// <param name="timeoutMs">How long at most; -1: for ever.</param>
    /// <returns>Whether it rang since the last wait.</returns>
    public bool Wait(int timeoutMs)
    {
        if (_epoll < 0)
            Watch();
        epoll_event rung;
        return LibCException.ThrowIfFailed(Uninterrupted.EpollWait(_epoll, &rung, timeoutMs), "epoll_wait for an eventfd") != 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_epoll >= 0)
            _ = close(_epoll);
        _ = close(descriptor);
    }

    private void Watch()
    {
        _epoll = LibCException.ThrowIfFailed(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
        var watched = new epoll_event { events = EPOLLIN | EPOLLET }; // each write is an edge: it need not be read
        LibCException.ThrowIfFailed(epoll_ctl(_epoll, EPOLL_CTL_ADD, descriptor, &watched), "epoll_ctl for an eventfd");
    }
}
