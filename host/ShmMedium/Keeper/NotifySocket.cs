using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>A process's way to whoever watches it, and keeps descriptors for it: an engine's to its keeper, a keeper's to systemd.</summary>
/// <remarks>Who has gone is told nothing. Source: sd_notify(3).</remarks>
internal sealed class NotifySocket : IDisposable
{
    private readonly FileDescriptor _socket = FileDescriptor.Of(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");

    /// <summary>Connects.</summary>
    /// <param name="address">Where it listens: a path, or @ and an abstract name.</param>
    /// <param name="failure">What to say when nobody does.</param>
    /// <exception cref="LibCException">Nobody listens there.</exception>
    public NotifySocket(string address, string failure)
    {
        int connected = address.StartsWith('@')
            ? UnixAddress.ToAbstract(_socket.Descriptor, address[1..], isServer: false)
            : UnixAddress.Connect(_socket.Descriptor, address);
        if (connected >= 0)
            return;
        int error = errno;
        _socket.Dispose();
        throw new LibCException(failure, error);
    }

    /// <summary>Tells it something.</summary>
    /// <param name="lines">As of <see cref="NotifyMessage"/>.</param>
    public void Tell(string lines) => _ = UnixMessage.TrySend(_socket.Descriptor, NotifyMessage.Bytes(lines));

    /// <summary>Tells it something that a descriptor belongs to.</summary>
    /// <returns>Whether it was sent.</returns>
    public bool TryTell(string lines, int descriptor) => UnixMessage.TrySend(_socket.Descriptor, NotifyMessage.Bytes(lines), descriptor);

    /// <summary>Has it keep a descriptor.</summary>
    public void Keep(string name, int descriptor) => _ = UnixMessage.TrySend(_socket.Descriptor, NotifyMessage.Keep(name), descriptor);

    /// <summary>Has it close a descriptor that it keeps.</summary>
    public void Drop(string name) => _ = UnixMessage.TrySend(_socket.Descriptor, NotifyMessage.Drop(name));

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
