using System.Buffers.Binary;
using ShmWifi.Linux;
using Tmds.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.Hwsim.Netlink;

/// <summary>Sees one message of an answer or an event.</summary>
/// <param name="message">Valid during the call.</param>
internal delegate void NetlinkHandler(scoped in NetlinkMessage message);

/// <summary>A netlink socket; its requests are the slow path, and may allocate.</summary>
internal sealed unsafe class NetlinkSocket : FileDescriptor
{
    private const int ReceiveBufferSize = 32768;
    private const int ErrorAttributeMessage = 1;

    private readonly byte[] _buffer = new byte[ReceiveBufferSize];
    private uint _sequence;

    private NetlinkSocket(int descriptor)
        : base(descriptor)
    {
    }

    /// <summary>Opens and binds a socket.</summary>
    /// <param name="protocol">NETLINK_GENERIC or NETLINK_ROUTE.</param>
    /// <exception cref="LibCException">The kernel has no such protocol, or no descriptors are left.</exception>
    public static NetlinkSocket Open(int protocol)
    {
        var netlink = new NetlinkSocket(LibCException.ThrowIfFailed(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol), "open a netlink socket"));
        try
        {
            var address = new sockaddr_nl { nl_family = (ushort)AF_NETLINK };
            LibCException.ThrowIfFailed(bind(netlink.Descriptor, (sockaddr*)&address, sizeof(sockaddr_nl)), "bind a netlink socket");
            netlink.SetOption(SOL_NETLINK, NETLINK_CAP_ACK, 1);
            return netlink;
        }
        catch
        {
            netlink.Dispose();
            throw;
        }
    }

    /// <summary>setsockopt(2) with a number.</summary>
    /// <param name="level">SOL_NETLINK or SOL_SOCKET.</param>
    /// <exception cref="LibCException">Refused, as the buffer sizes are without CAP_NET_ADMIN.</exception>
    public void SetOption(int level, int option, int value) =>
        LibCException.ThrowIfFailed(setsockopt(Descriptor, level, option, &value, sizeof(int)), $"set netlink option {level}/{option} to {value}");

    /// <summary>Messages that the kernel could not queue on this socket since it was opened.</summary>
    public uint ReadDropCount()
    {
        const int DropsIndex = 8; // SK_MEMINFO_DROPS
        uint* memory = stackalloc uint[DropsIndex + 1];
        socklen_t length = (DropsIndex + 1) * sizeof(uint);
        return getsockopt(Descriptor, SOL_SOCKET, SO_MEMINFO, memory, &length) == 0 && length == (DropsIndex + 1) * sizeof(uint)
            ? memory[DropsIndex]
            : 0;
    }

    /// <summary>The sequence number for the next request.</summary>
    public uint NextSequence() => ++_sequence;

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="request">With FlagAck or FlagDump, and a number of <see cref="NextSequence"/>.</param>
    /// <param name="what">For the error's text: what is asked.</param>
    /// <param name="handler">Sees the messages of the answer, and on a socket with groups its events.</param>
    /// <returns>What the kernel's function returned: 0 or more.</returns>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public int Request(ReadOnlySpan<byte> request, string what, NetlinkHandler? handler = null)
    {
        fixed (byte* bytes = request)
        {
            if (Uninterrupted.send(Descriptor, bytes, request.Length, 0) < 0)
                throw new LibCException(what);
        }
        uint sequence = _sequence;
        while (true)
        {
            var datagram = Receive(flags: 0, what);
            while (NetlinkMessage.TryTake(ref datagram, out var message))
            {
                bool isAnswer = message.Sequence == sequence && message.Type is NetlinkMessage.Error or NetlinkMessage.Done;
                if (!isAnswer)
                    handler?.Invoke(message);
                else if (message.TryReadError(out int error) && error < 0)
                    throw new NetlinkException(what, -error, ReadKernelText(message));
                else
                    return error;
            }
        }
    }

    /// <summary>Hands out what is queued, without waiting.</summary>
    public void Drain(NetlinkHandler handler)
    {
        while (true)
        {
            var datagram = Receive(MSG_DONTWAIT, "read netlink events");
            if (datagram.IsEmpty)
                return;
            while (NetlinkMessage.TryTake(ref datagram, out var message))
                handler(message);
        }
    }

    private ReadOnlySpan<byte> Receive(int flags, string what)
    {
        fixed (byte* buffer = _buffer)
        {
            while (true)
            {
                long length = Uninterrupted.recv(Descriptor, buffer, ReceiveBufferSize, flags);
                if (length >= 0)
                    return _buffer.AsSpan(0, (int)length);
                if (errno == EAGAIN)
                    return default;
                // ENOBUFS: events were lost; those that follow lead to a fresh look all the same.
                if (errno != ENOBUFS)
                    throw new LibCException(what);
            }
        }
    }

    private static string? ReadKernelText(scoped in NetlinkMessage message)
    {
        const int ErrorSize = sizeof(int);
        if ((message.Flags & NetlinkMessage.FlagAckAttributes) == 0 || message.Body.Length < ErrorSize + NetlinkMessage.HeaderSize)
            return null;
        uint repeated = (message.Flags & NetlinkMessage.FlagCapped) != 0
            ? NetlinkMessage.HeaderSize
            : BinaryPrimitives.ReadUInt32LittleEndian(message.Body[ErrorSize..]);
        if (repeated > (uint)(message.Body.Length - ErrorSize))
            return null;
        var attributes = new NetlinkAttributes(message.Body[(ErrorSize + NetlinkWriter.Align((int)repeated))..]);
        while (attributes.MoveNext())
        {
            if (attributes.Type == ErrorAttributeMessage)
                return attributes.ReadText();
        }
        return null;
    }
}
