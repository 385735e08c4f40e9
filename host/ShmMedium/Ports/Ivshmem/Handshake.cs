using ShmWifi.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.Ivshmem;

/// <summary>What an ivshmem server tells a QEMU that connects.</summary>
/// <remarks>
/// Source: qemu docs/specs/ivshmem-spec, "client-server protocol": messages of 8 bytes (s64, little-endian), some with a
/// file descriptor. Ours is a star: the VM is told of peer 0 (us) and of itself, of nobody else, and never of a
/// disconnect, since QEMU 7.2 corrupts its heap on some of those. All goes out in one system call, since QEMU blocks on
/// a server that stalls.
/// </remarks>
internal static unsafe class Handshake
{
    /// <summary>The daemon's own peer ID.</summary>
    public const ushort DaemonPeerId = 0;

    private const long ProtocolVersion = 0;
    private const long RegionFollows = -1;
    private const int Messages = 5;

    /// <summary>Sends it.</summary>
    /// <param name="daemonEvent">eventfd that the VM's doorbell to peer 0 signals.</param>
    /// <exception cref="LibCException">The VM went away.</exception>
    public static void Send(int connection, ushort peerId, int region, int daemonEvent, int vmEvent)
    {
        long* values = stackalloc long[Messages] { ProtocolVersion, peerId, RegionFollows, DaemonPeerId, peerId };
        int* descriptors = stackalloc int[Messages] { -1, -1, region, daemonEvent, vmEvent };
        byte* control = stackalloc byte[Messages * UnixMessage.DescriptorSpace];
        var vectors = stackalloc iovec[Messages];
        var messages = stackalloc mmsghdr[Messages];
        for (int i = 0; i < Messages; i++)
        {
            vectors[i] = new iovec { iov_base = &values[i], iov_len = sizeof(long) };
            var message = new msghdr { msg_iov = &vectors[i], msg_iovlen = 1 };
            if (descriptors[i] >= 0)
                UnixMessage.Attach(ref message, control + (i * UnixMessage.DescriptorSpace), descriptors[i]);
            messages[i] = new mmsghdr { msg_hdr = message };
        }
        int sent = Uninterrupted.sendmmsg(connection, messages, Messages, MSG_NOSIGNAL);
        if (sent != Messages)
            throw new LibCException("send the ivshmem handshake", sent < 0 ? errno : EPIPE);
    }
}
