using System.Buffers.Binary;
using System.Text;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Hwsim.Netlink;

/// <summary>Writes netlink messages into a fixed buffer.</summary>
/// <param name="buffer">Large enough for what will be written; beyond it the span's bounds check throws.</param>
internal ref struct NetlinkWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[..Length];

    /// <summary>Rounds up to netlink's alignment.</summary>
    /// <param name="length">Bytes.</param>
    public static int Align(int length) => (length + 3) & ~3;

    /// <summary>Writes the header of a generic netlink message.</summary>
    /// <param name="total">Bytes of the whole message; 0: <see cref="Complete"/> sets it.</param>
    public void BeginGeneric(int total, ushort family, ushort flags, uint sequence, byte command)
    {
        Begin(total, family, flags, sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(Take(GenericNetlink.HeaderSize), command | (1u << 8)); // version 1
    }

    /// <summary>Writes the header of a message.</summary>
    /// <param name="total">Bytes of the whole message; 0: <see cref="Complete"/> sets it.</param>
    public void Begin(int total, ushort type, ushort flags, uint sequence)
    {
        var header = Take(NetlinkMessage.HeaderSize);
        BinaryPrimitives.WriteInt32LittleEndian(header, total);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], flags);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], 0);
    }

    /// <summary>Writes an attribute's header; its value is the caller's.</summary>
    /// <param name="length">Bytes of its value.</param>
    public void BeginAttribute(ushort type, int length) =>
        BinaryPrimitives.WriteUInt32LittleEndian(Take(NetlinkAttributes.HeaderSize),
            (uint)(NetlinkAttributes.HeaderSize + length) | ((uint)type << 16));

    /// <summary>Writes a number.</summary>
    public void Add(ushort type, uint value)
    {
        BeginAttribute(type, sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), value);
    }

    /// <summary>Writes a number.</summary>
    public void Add(ushort type, ulong value)
    {
        BeginAttribute(type, sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);
    }

    /// <summary>Writes a number of one octet: apart from the others, whose octets a narrower value must not change.</summary>
    public void AddOctet(ushort type, byte value)
    {
        BeginAttribute(type, sizeof(byte));
        BinaryPrimitives.WriteUInt32LittleEndian(Take(Align(sizeof(byte))), value);
    }

    /// <summary>Writes an address.</summary>
    public void Add(ushort type, MacAddress value)
    {
        BeginAttribute(type, MacAddress.Length);
        var octets = Take(Align(MacAddress.Length));
        value.CopyTo(octets);
        octets[MacAddress.Length..].Clear();
    }

    /// <summary>Writes text, without NUL.</summary>
    public void Add(ushort type, string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        BeginAttribute(type, length);
        var text = Take(Align(length));
        text[length..].Clear();
        Encoding.UTF8.GetBytes(value, text);
    }

    /// <summary>Writes the header of an attribute that holds those that follow, up to <see cref="EndNested"/>.</summary>
    /// <returns>Where it is.</returns>
    public int BeginNested(ushort type)
    {
        int start = Length;
        BeginAttribute((ushort)(type | NetlinkAttributes.NestedFlag), 0);
        return start;
    }

    /// <summary>Ends it.</summary>
    /// <param name="start">From <see cref="BeginNested"/>.</param>
    public readonly void EndNested(int start) => BinaryPrimitives.WriteUInt16LittleEndian(_buffer[start..], (ushort)(Length - start));

    /// <summary>Writes octets, and fills up to netlink's alignment.</summary>
    public void AddOctets(ReadOnlySpan<byte> octets)
    {
        var taken = Take(Align(octets.Length));
        octets.CopyTo(taken);
        taken[octets.Length..].Clear();
    }

    /// <summary>Writes an attribute that says something by being there.</summary>
    public void AddFlag(ushort type) => BeginAttribute(type, 0);

    /// <summary>Writes zeros.</summary>
    /// <param name="length">Bytes.</param>
    public void AddZeros(int length) => Take(length).Clear();

    /// <summary>Sets the length of the one message that the buffer holds.</summary>
    public readonly ReadOnlySpan<byte> Complete()
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer, Length);
        return Written;
    }

    private Span<byte> Take(int length)
    {
        var taken = _buffer.Slice(Length, length);
        Length += length;
        return taken;
    }
}
