using Microsoft.Win32.SafeHandles;
using ShmWifi.Lab;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>What QEMU is to the daemon: takes the region and the eventfds by the ivshmem protocol.</summary>
/// <remarks>Source: qemu docs/specs/ivshmem-spec, "client-server protocol"; the daemon's side is <c>Ivshmem/Handshake.cs</c>.</remarks>
internal sealed unsafe class IvshmemClient : IDisposable
{
    private readonly FileDescriptor _connection;
    private readonly SharedMemory _memory;

    /// <summary>Attaches.</summary>
    /// <param name="path">The daemon's socket.</param>
    /// <exception cref="LabException">It serves no air.</exception>
    public IvshmemClient(string path)
    {
        _connection = FileDescriptor.Of(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
        LibCException.ThrowIfFailed(UnixAddress.Connect(_connection.Descriptor, path), $"connect to {path}");
        _ = ReadMessage(out _); // the protocol's version
        uint peerId = (uint)ReadMessage(out _);
        _ = ReadMessage(out int region);
        _ = ReadMessage(out int daemonEvent);
        _ = ReadMessage(out int ownEvent);
        (DaemonEvent, OwnEvent) = (new EventFd(daemonEvent), new EventFd(ownEvent));
        using (var handle = new SafeFileHandle(region, ownsHandle: false))
            _memory = SharedMemory.Map(region, (ulong)RandomAccess.GetLength(handle), offset: 0, ownsDescriptor: true);
        if (*(ulong*)_memory.Address == 0)
            throw new LabException($"the daemon at {path} refused a VM; its output tells why");
        Region = Region.Open(_memory.Address, _memory.Size);
        Port = Region.OpenGuestPort(Region.FindPort(peerId));
    }

    /// <summary>Its region.</summary>
    public Region Region { get; }

    /// <summary>Its port.</summary>
    public GuestPort Port { get; }

    /// <summary>Signalled to ring the daemon.</summary>
    public EventFd DaemonEvent { get; }

    /// <summary>Signalled by the daemon.</summary>
    public EventFd OwnEvent { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection.Dispose();
        _memory.Dispose();
        DaemonEvent.Dispose();
        OwnEvent.Dispose();
    }

    /// <summary>Reads one message of the protocol.</summary>
    /// <param name="connection">To the daemon.</param>
    /// <param name="value">A version, a peer ID, or -1.</param>
    /// <param name="descriptor">What came with it; -1: nothing.</param>
    /// <returns>False when the daemon closed the connection, or it is no message.</returns>
    internal static bool TryReadMessage(int connection, out long value, out int descriptor)
    {
        const int ControlSize = 24; // CMSG_SPACE(sizeof(int))
        long read = 0;
        byte* control = stackalloc byte[ControlSize];
        var vector = new iovec { iov_base = &read, iov_len = sizeof(long) };
        var message = new msghdr { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = ControlSize };
        long length = Uninterrupted.recvmsg(connection, &message, 0);
        var header = (cmsghdr*)control;
        descriptor = message.msg_controllen != 0 && header->cmsg_type == SCM_RIGHTS ? *(int*)CMSG_DATA(header) : -1;
        value = read;
        return length == sizeof(long);
    }

    private long ReadMessage(out int descriptor) => TryReadMessage(_connection.Descriptor, out long value, out descriptor)
        ? value
        : throw new LabException("the daemon closed the connection in the handshake; its output tells why");
}
