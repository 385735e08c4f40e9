using System.Buffers.Binary;
using System.Text;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>A frame of a capture file.</summary>
/// <param name="Number">From 1, as Wireshark counts.</param>
/// <param name="Interface">The radio.</param>
/// <param name="TimeNs">Nanoseconds since 1970-01-01 UTC.</param>
/// <param name="Direction">0: unknown.</param>
/// <param name="Radiotap">The header in front.</param>
/// <param name="Octets">The frame, without FCS.</param>
/// <param name="Comment">Empty: none.</param>
internal sealed record CapturedFrame(
    long Number, string Interface, long TimeNs, FrameDirection Direction, byte[] Radiotap, byte[] Octets, string Comment);

/// <summary>Reads the frames of a pcapng file, one after the other, whoever wrote it: 802.11 with radiotap headers, little-endian.</summary>
/// <remarks>What else is in the file (the writing system's name, statistics) is passed over.
/// Source: draft-ietf-opsawg-pcapng, sections 3 and 4; blocks as in <see cref="PcapngWriter"/>.</remarks>
internal sealed class PcapngReader(Stream stream)
{
    private const uint SectionHeaderBlock = 0x0a0d0d0a, InterfaceDescriptionBlock = 1, SimplePacketBlock = 3, EnhancedPacketBlock = 6;
    private const uint ByteOrderMagic = 0x1a2b3c4d, PcapMicroseconds = 0xa1b2c3d4, PcapNanoseconds = 0xa1b23c4d;
    private const int BlockHeader = 8, BlockOverhead = 12, MaxBlock = 1 << 20;
    private const int InterfaceFixed = 8, PacketFixed = 20, OptionHeader = 4, RadiotapLengthAt = 2, ShortestRadiotap = 8;
    private const ushort OptionComment = 1, OptionName = 2, OptionResolution = 9, OptionFlags = 2;
    private const int LinkTypeRadiotap = 127, Microseconds = 6, Nanoseconds = 9;

    private readonly List<(string Name, long UnitNs)> _interfaces = [];
    private readonly byte[] _header = new byte[BlockHeader];
    private long _at;
    private long _frames;

    /// <summary>The next frame; null: there are no more.</summary>
    /// <exception cref="InvalidDataException">It is no such file, or ends within a block: what, and where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public CapturedFrame? Next()
    {
        while (true)
        {
            long start = _at;
            int read = stream.ReadAtLeast(_header, BlockHeader, throwOnEndOfStream: false);
            if (read == 0 && start != 0)
                return null;
            if (read < BlockHeader)
                throw Wrong(start, start == 0 ? "is no pcapng: it is shorter than a block" : "ends within a block: it was cut");
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(_header);
            if (start == 0 && type != SectionHeaderBlock)
            {
                throw Wrong(start, type is PcapMicroseconds or PcapNanoseconds
                    ? "is classic pcap; make it pcapng: 'editcap -F pcapng IN OUT'"
                    : "is no pcapng: it does not begin with a section header");
            }
            byte[] body = ReadBody(start, type);
            switch (type)
            {
                case SectionHeaderBlock:
                    _interfaces.Clear();
                    break;
                case InterfaceDescriptionBlock:
                    _interfaces.Add(InterfaceOf(start, body));
                    break;
                case SimplePacketBlock:
                    throw Wrong(start, "has a simple packet block, which has no time");
                case EnhancedPacketBlock:
                    return FrameOf(start, body);
            }
        }
    }

    private byte[] ReadBody(long start, uint type)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(sizeof(uint)));
        if (type == SectionHeaderBlock && BinaryPrimitives.ReverseEndianness(length) < length && length > MaxBlock)
            throw Wrong(start, "was written by a big-endian machine, which is not read");
        if (length is < BlockOverhead or > MaxBlock || length % sizeof(uint) != 0)
            throw Wrong(start, $"has a block of {length} octets; allowed: {BlockOverhead} to {MaxBlock}, in fours");
        byte[] body = new byte[length - BlockHeader];
        if (stream.ReadAtLeast(body, body.Length, throwOnEndOfStream: false) < body.Length)
            throw Wrong(start, "ends within a block: it was cut");
        if (BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(body.Length - sizeof(uint))) != length)
            throw Wrong(start, "has a block whose two lengths differ");
        if (type == SectionHeaderBlock && (body.Length < sizeof(uint) * 2 || BinaryPrimitives.ReadUInt32LittleEndian(body) != ByteOrderMagic))
            throw Wrong(start, "has a section header without the byte-order magic");
        _at = start + length;
        return body[..^sizeof(uint)];
    }

    private (string Name, long UnitNs) InterfaceOf(long start, byte[] body)
    {
        if (body.Length < InterfaceFixed || BinaryPrimitives.ReadUInt16LittleEndian(body) != LinkTypeRadiotap)
            throw Wrong(start, $"has an interface whose frames are not 802.11 with radiotap headers (link type {LinkTypeRadiotap})");
        string name = $"interface {_interfaces.Count}";
        int resolution = Microseconds;
        foreach (var (code, value) in OptionsOf(start, body.AsMemory(InterfaceFixed)))
        {
            if (code == OptionName)
                name = Encoding.UTF8.GetString(value.Span);
            else if (code == OptionResolution && value.Length == 1)
                resolution = value.Span[0];
        }
        if (resolution > Nanoseconds)
            throw Wrong(start, "has an interface whose unit of time is not 1 s to 1 ns, a power of ten");
        return (name, (long)Math.Pow(10, Nanoseconds - resolution));
    }

    private CapturedFrame FrameOf(long start, byte[] body)
    {
        if (body.Length < PacketFixed)
            throw Wrong(start, "has a packet block that is too short");
        uint number = BinaryPrimitives.ReadUInt32LittleEndian(body);
        if (number >= _interfaces.Count)
            throw Wrong(start, $"has a frame of interface {number}, and has described {_interfaces.Count}");
        ulong time = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(4)) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(8));
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(12));
        uint padded = (length + 3) & ~3u;
        if (length > body.Length - PacketFixed || padded > body.Length - PacketFixed)
            throw Wrong(start, $"has a frame of {length} octets in a block that is shorter");
        var data = body.AsSpan(PacketFixed, (int)length);
        int radiotap = length < ShortestRadiotap ? int.MaxValue : BinaryPrimitives.ReadUInt16LittleEndian(data[RadiotapLengthAt..]);
        if (radiotap < ShortestRadiotap || radiotap > length)
            throw Wrong(start, "has a frame whose radiotap header is longer than the frame, or shorter than allowed");
        var (direction, comment) = ((FrameDirection)0, "");
        foreach (var (code, value) in OptionsOf(start, body.AsMemory(PacketFixed + (int)padded)))
        {
            if (code == OptionComment)
                comment = Encoding.UTF8.GetString(value.Span);
            else if (code == OptionFlags && value.Length == sizeof(uint))
                direction = (FrameDirection)(BinaryPrimitives.ReadUInt32LittleEndian(value.Span) & 3);
        }
        var (name, unitNs) = _interfaces[(int)number];
        return new CapturedFrame(
            ++_frames, name, unchecked((long)time * unitNs), direction, data[..radiotap].ToArray(), data[radiotap..].ToArray(), comment);
    }

    private static List<(ushort Code, ReadOnlyMemory<byte> Value)> OptionsOf(long start, ReadOnlyMemory<byte> rest)
    {
        List<(ushort, ReadOnlyMemory<byte>)> options = [];
        while (rest.Length >= OptionHeader)
        {
            ushort code = BinaryPrimitives.ReadUInt16LittleEndian(rest.Span);
            int length = BinaryPrimitives.ReadUInt16LittleEndian(rest.Span[2..]), padded = (length + 3) & ~3;
            if (code == 0)
                break;
            if (padded > rest.Length - OptionHeader)
                throw Wrong(start, "has an option that is longer than its block");
            options.Add((code, rest.Slice(OptionHeader, length)));
            rest = rest[(OptionHeader + padded)..];
        }
        return options;
    }

    private static InvalidDataException Wrong(long at, string what) => new($"{what} (at octet {at})");
}
