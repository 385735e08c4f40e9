using ShmWifi.Dot11.Frames;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>Writes 802.11 frames with radiotap headers as classic pcap, which tools read that do not know pcapng.</summary>
/// <remarks>
/// It has neither interfaces nor directions. Times are cut to microseconds: fewer tools know the variant with nanoseconds.
/// <code>
/// file: magic 0xa1b2c3d4 u32, version u16.u16, 0 u32, 0 u32, snap length u32, link type u32
/// record: seconds u32, microseconds u32, captured length u32, original length u32, data
/// </code>
/// Source: draft-ietf-opsawg-pcap, sections 4 and 5.
/// </remarks>
internal sealed class PcapWriter : CaptureWriter
{
    private const uint Magic = 0xa1b2c3d4;
    private const int FileHeaderLength = 24;
    private const int RecordHeaderLength = 16;

    /// <summary>Begins a file: its header goes to the buffer.</summary>
    /// <param name="stream">Where the file goes.</param>
    public PcapWriter(Stream stream)
        : base(stream)
    {
        MakeRoom(FileHeaderLength);
        Put32(Magic);
        Put16(2);
        Put16(4);
        Put32(0);
        Put32(0);
        Put32(MaxFrameLength);
        Put32(LinkTypeRadiotap);
    }

    /// <inheritdoc/>
    public override int AddInterface(string name, MacAddress address) => 0;

    /// <inheritdoc/>
    protected override void PutFrame(int interfaceNumber, long unixTimeNs, FrameDirection direction, ReadOnlySpan<byte> radiotap,
        ReadOnlySpan<byte> frame, ReadOnlySpan<byte> comment)
    {
        const long NsPerSecond = 1_000_000_000, NsPerMicrosecond = 1000;
        uint length = (uint)(radiotap.Length + frame.Length);
        MakeRoom(RecordHeaderLength + (int)length);
        Put32((uint)(unixTimeNs / NsPerSecond));
        Put32((uint)(unixTimeNs % NsPerSecond / NsPerMicrosecond));
        Put32(length);
        Put32(length);
        Put(radiotap);
        Put(frame);
    }
}
