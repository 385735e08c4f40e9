using System.Buffers.Binary;

namespace ShmWifi.Hwsim.Netlink;

/// <summary>Walks attributes: u16 length with these four bytes, u16 type, value, padding to 4. Ends at the first that is cut.</summary>
/// <remarks>Source: linux include/uapi/linux/netlink.h, struct nlattr.</remarks>
/// <param name="bytes">Any bytes.</param>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    /// <summary>Bytes before a value.</summary>
    public const int HeaderSize = 4;

    /// <summary>NLA_F_NESTED, in the type of an attribute that holds others.</summary>
    public const ushort NestedFlag = 0x8000;

    private const ushort TypeMask = 0x3fff; // without NLA_F_NESTED and NLA_F_NET_BYTEORDER

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _next;

    /// <summary>Type of the attribute.</summary>
    public ushort Type { get; private set; }

    /// <summary>Where its value starts in the bytes that are walked.</summary>
    public int Offset { get; private set; }

    /// <summary>Its value, without padding.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Steps to the next attribute.</summary>
    public bool MoveNext()
    {
        if (_bytes.Length - _next < HeaderSize)
            return false;
        var rest = _bytes[_next..];
        int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        if (length < HeaderSize || length > rest.Length)
            return false;
        Type = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]) & TypeMask);
        Offset = _next + HeaderSize;
        Value = rest[HeaderSize..length];
        _next = Math.Min(_next + NetlinkWriter.Align(length), _bytes.Length);
        return true;
    }

    /// <summary>The value as a number; false when it has another length.</summary>
    public readonly bool TryReadUInt32(out uint value)
    {
        value = 0;
        return Value.Length == sizeof(uint) && BinaryPrimitives.TryReadUInt32LittleEndian(Value, out value);
    }

    /// <summary>The value as a number; false when it has another length.</summary>
    public readonly bool TryReadByte(out byte value)
    {
        value = Value.Length == sizeof(byte) ? Value[0] : (byte)0;
        return Value.Length == sizeof(byte);
    }

    /// <summary>The value as text; kernels end some of them by NUL.</summary>
    public readonly string ReadText()
    {
        int end = Value.IndexOf((byte)0);
        return System.Text.Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]);
    }
}
