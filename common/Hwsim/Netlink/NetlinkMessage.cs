using System.Buffers.Binary;

namespace ShmWifi.Hwsim.Netlink;

// 0x00 length u32, header included      0x08 sequence u32
// 0x04 type u16      0x06 flags u16     0x0c port u32

/// <summary>One netlink message, wherever its bytes lie.</summary>
/// <remarks>Source: linux include/uapi/linux/netlink.h, struct nlmsghdr.</remarks>
internal readonly ref struct NetlinkMessage
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderSize = 16;

    /// <summary>A kernel's answer: error number, then the header of what it answers.</summary>
    public const ushort Error = 2;

    /// <summary>The end of a dump.</summary>
    public const ushort Done = 3;

    /// <summary>Set by whoever asks the kernel.</summary>
    public const ushort FlagRequest = 1;

    /// <summary>Asks for an answer in any case.</summary>
    public const ushort FlagAck = 4;

    /// <summary>Asks for all objects.</summary>
    public const ushort FlagDump = 0x300;

    /// <summary>In an answer: the request's payload is not repeated.</summary>
    public const ushort FlagCapped = 0x100;

    /// <summary>In an answer: attributes follow.</summary>
    public const ushort FlagAckAttributes = 0x200;

    private NetlinkMessage(ReadOnlySpan<byte> bytes)
    {
        Type = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        Flags = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        Sequence = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        Body = bytes[HeaderSize..];
    }

    /// <summary>Family, or one of the constants.</summary>
    public ushort Type { get; }

    /// <summary>FlagX constants.</summary>
    public ushort Flags { get; }

    /// <summary>The number that the request had.</summary>
    public uint Sequence { get; }

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Takes the first message of a datagram.</summary>
    /// <param name="datagram">Any bytes; on success what follows the message, which may be nothing.</param>
    /// <returns>False when no whole message is there.</returns>
    public static bool TryTake(ref ReadOnlySpan<byte> datagram, out NetlinkMessage message)
    {
        message = default;
        if (datagram.Length < HeaderSize)
            return false;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(datagram);
        if (length < HeaderSize || length > (uint)datagram.Length)
            return false;
        message = new NetlinkMessage(datagram[..(int)length]);
        datagram = datagram[Math.Min(NetlinkWriter.Align((int)length), datagram.Length)..];
        return true;
    }

    /// <summary>The number of an <see cref="Error"/> message: 0 or a result for success, else negative. False when it is cut.</summary>
    /// <param name="error">As the kernel's function returned it.</param>
    public bool TryReadError(out int error) => BinaryPrimitives.TryReadInt32LittleEndian(Body, out error);
}
