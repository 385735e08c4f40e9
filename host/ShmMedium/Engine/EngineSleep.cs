using ShmWifi.Configuration;
using ShmWifi.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>Where the engine's thread sleeps when there is nothing to do: until a guest's doorbell, a command, or a time.</summary>
internal sealed class EngineSleep : IDisposable
{
    private readonly epoll_event[] _events = new epoll_event[DaemonConfiguration.MaxPorts + 1]; // who rang does not matter: a round looks at all
    private readonly Epoll _epoll = new();

    /// <summary>Wakes the thread when it is signalled: edge-triggered, so that it need not be read; each signal is an edge.</summary>
    /// <exception cref="LibCException">No room for one more.</exception>
    public void Watch(int kickFd) => _epoll.Add(kickFd, EPOLLIN | EPOLLET, data: 0);

    /// <summary>Does no more.</summary>
    public void Unwatch(int kickFd) => _epoll.Remove(kickFd);

    /// <summary>Sleeps.</summary>
    /// <param name="atMostNs">ns; <see cref="long.MaxValue"/>: until something happens.</param>
    public void Wait(long atMostNs) => _ = _epoll.Wait(_events, atMostNs == long.MaxValue ? -1 : atMostNs);

    /// <inheritdoc/>
    public void Dispose() => _epoll.Dispose();
}
