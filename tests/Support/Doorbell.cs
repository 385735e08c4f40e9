using ShmWifi.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Support;

/// <summary>An eventfd between a guest and its host: one side rings, the other sleeps.</summary>
/// <param name="eventFd">Disposed of with this.</param>
internal sealed class Doorbell(EventFd eventFd) : IDisposable
{
    private readonly epoll_event[] _rung = new epoll_event[1];
    private Epoll? _epoll;

    /// <summary>The eventfd.</summary>
    public int Descriptor => eventFd.Descriptor;

    /// <summary>Rings.</summary>
    public void Ring() => eventFd.Signal();

    /// <summary>Takes what rang.</summary>
    /// <returns>How often; 0: not since it was taken last.</returns>
    public ulong Take() => eventFd.Drain();

    /// <summary>Sleeps until it rings; who waits again and again need not take.</summary>
    /// <param name="timeoutMs">How long at most; -1: forever.</param>
    /// <returns>Whether it rang since the last wait.</returns>
    public bool Wait(int timeoutMs)
    {
        if (_epoll is null)
        {
            _epoll = new Epoll();
            _epoll.Add(eventFd.Descriptor, EPOLLIN | EPOLLET, data: 0); // each signal is an edge: it need not be read
        }
        return _epoll.Wait(_rung, timeoutMs < 0 ? -1 : timeoutMs * 1_000_000L) != 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _epoll?.Dispose();
        eventFd.Dispose();
    }
}
