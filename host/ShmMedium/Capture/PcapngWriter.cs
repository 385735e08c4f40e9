using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>Writes 802.11 frames with radiotap headers as pcapng: one section, one interface a radio.</summary>
/// <remarks>
/// <code>
/// SHB 0x0a0d0d0a: byte-order magic u32, version u16.u16, section length s64 (-1), options
/// IDB 1: link type u16, reserved u16, snap length u32 (0: none), options
/// ISB 5: interface u32, time stamp u32 high, u32 low, options
/// EPB 6: interface u32, time stamp u32 high, u32 low, captured length u32, original length u32, data, options
/// around each block: type u32, total length u32 ... total length u32; data and options padded to 4 bytes
/// option: code u16, length u16, value
/// </code>
/// Source: draft-ietf-opsawg-pcapng, sections 3 and 4.
/// </remarks>
internal sealed class PcapngWriter : CaptureWriter
{
    private const int BlockOverhead = 12;
    private const int PacketHeaderLength = 20;
    private const int OptionHeaderLength = 4;

    private const uint SectionHeaderBlock = 0x0a0d0d0a;
    private const uint InterfaceDescriptionBlock = 1;
    private const uint InterfaceStatisticsBlock = 5;
    private const uint EnhancedPacketBlock = 6;

    private const ushort EndOfOptions = 0;
    private const ushort Comment = 1;
    private const ushort SectionHardware = 2;
    private const ushort SectionOs = 3;
    private const ushort SectionUserApplication = 4;
    private const ushort InterfaceName = 2;
    private const ushort InterfaceDescription = 3;
    private const ushort InterfaceMacAddress = 6;
    private const ushort InterfaceTimestampResolution = 9;
    private const ushort PacketFlags = 2;
    private const ushort StatisticsDropped = 5; // isb_ifdrop

    private const byte NanosecondResolution = 9; // 10^-9 s

    private int _blockStart;
    private int _interfaces;

    private static ReadOnlySpan<byte> Zeros => [0, 0, 0];

    /// <summary>Begins a file: the section header goes to the buffer.</summary>
    /// <param name="stream">Where the file goes; its own buffer would only cost a copy.</param>
    /// <param name="application">Name and version of the program that writes.</param>
    public PcapngWriter(Stream stream, string application)
        : base(stream)
    {
        ArgumentNullException.ThrowIfNull(application);
        string hardware = RuntimeInformation.ProcessArchitecture.ToString(), os = RuntimeInformation.OSDescription;
        int options = TextOptionLength(hardware) + TextOptionLength(os) + TextOptionLength(application) + OptionHeaderLength;
        BeginBlock(SectionHeaderBlock, 16 + options);
        Put32(0x1a2b3c4d);
        Put16(1);
        Put16(0);
        Put32(uint.MaxValue);
        Put32(uint.MaxValue);
        PutTextOption(SectionHardware, hardware);
        PutTextOption(SectionOs, os);
        PutTextOption(SectionUserApplication, application);
        PutOption(EndOfOptions, []);
        EndBlock();
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A name of more than 65535 bytes.</exception>
    public override int AddInterface(string name, MacAddress address)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<byte> octets = stackalloc byte[MacAddress.Length];
        address.CopyTo(octets);
        string description = address.ToString();

        int options = TextOptionLength(name) + TextOptionLength(description) + OptionLength(MacAddress.Length) + OptionLength(1) + OptionHeaderLength;
        BeginBlock(InterfaceDescriptionBlock, 8 + options);
        Put16(LinkTypeRadiotap);
        Put16(0);
        Put32(0);
        PutTextOption(InterfaceName, name);
        PutTextOption(InterfaceDescription, description);
        PutOption(InterfaceMacAddress, octets);
        PutOption(InterfaceTimestampResolution, [NanosecondResolution]);
        PutOption(EndOfOptions, []);
        EndBlock();
        return _interfaces++;
    }

    /// <summary>Tells how many frames are missing so far.</summary>
    /// <param name="interfaceNumber">Of any interface: frames that are missing are nobody's.</param>
    /// <param name="unixTimeNs">Nanoseconds since 1970-01-01 UTC.</param>
    /// <exception cref="IOException">The stream could not be written.</exception>
    public void WriteDropped(int interfaceNumber, long unixTimeNs, ulong frames)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(value, frames);
        BeginBlock(InterfaceStatisticsBlock, 12 + OptionLength(sizeof(ulong)) + OptionHeaderLength);
        Put32((uint)interfaceNumber);
        Put32((uint)(unixTimeNs >> 32));
        Put32((uint)unixTimeNs);
        PutOption(StatisticsDropped, value);
        PutOption(EndOfOptions, []);
        EndBlock();
    }

    /// <inheritdoc/>
    protected override void PutFrame(int interfaceNumber, long unixTimeNs, FrameDirection direction, ReadOnlySpan<byte> radiotap,
        ReadOnlySpan<byte> frame, ReadOnlySpan<byte> comment)
    {
        int dataLength = radiotap.Length + frame.Length;
        ArgumentOutOfRangeException.ThrowIfNegative(interfaceNumber);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(interfaceNumber, _interfaces);
        int options = OptionLength(sizeof(uint)) + (comment.IsEmpty ? 0 : OptionLength(comment.Length)) + OptionHeaderLength;
        BeginBlock(EnhancedPacketBlock, PacketHeaderLength + Padded(dataLength) + options);
        Put32((uint)interfaceNumber);
        Put32((uint)(unixTimeNs >> 32));
        Put32((uint)unixTimeNs);
        Put32((uint)dataLength);
        Put32((uint)dataLength);
        Put(radiotap);
        Put(frame);
        Pad();
        Put16(PacketFlags);
        Put16(sizeof(uint));
        Put32((uint)direction);
        if (!comment.IsEmpty)
            PutOption(Comment, comment);
        PutOption(EndOfOptions, []);
        EndBlock();
    }

    private static int Padded(int length) => (length + 3) & ~3;

    private static int OptionLength(int valueLength) => OptionHeaderLength + Padded(valueLength);

    private static int TextOptionLength(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ushort.MaxValue, nameof(text));
        return OptionLength(length);
    }

    private void BeginBlock(uint type, int bodyLength)
    {
        int total = bodyLength + BlockOverhead;
        MakeRoom(total);
        _blockStart = Used;
        Put32(type);
        Put32((uint)total);
    }

    private void EndBlock() => Put32((uint)(Used + sizeof(uint) - _blockStart));

    private void Pad() => Put(Zeros[..(-(Used - _blockStart) & 3)]);

    private void PutOption(ushort code, ReadOnlySpan<byte> value)
    {
        Put16(code);
        Put16((ushort)value.Length);
        Put(value);
        Pad();
    }

    private void PutTextOption(ushort code, string text) => PutOption(code, Encoding.UTF8.GetBytes(text));
}
