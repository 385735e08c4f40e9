using System.Buffers.Binary;

namespace ShmWifi.Dot11.Frames;

/// <summary>Writes the control frames of a frame exchange, without FCS.</summary>
/// <remarks>
/// <code>
/// 0 Frame Control le16   2 Duration le16 µs   4 RA   ACK, CTS: that is all
/// 10 TA   RTS: that is all
/// 16 BA Control le16: 4..1 type 2 (compressed), 15..12 TID   18 Starting Sequence Control le16: 15..4 number, 3..0 4 if the bitmap has 32 octets
/// 20 bitmap: 8 or 32 octets, a bit for each sequence number from the starting one on, the lowest bit of each octet first
/// </code>
/// Source: IEEE 802.11-2020 clauses 9.3.1.2 (RTS), 9.3.1.3 (CTS), 9.3.1.4 (ACK), 9.3.1.8 (BlockAck); IEEE 802.11ax-2021 table 9-28a (long bitmap).
/// </remarks>
public static class ControlFrame
{
    /// <summary>Octets of the longest, a BlockAck with the long bitmap.</summary>
    public const int MaxLength = BitmapOffset + BlockAckBitmap.MaxOctets;

    private const int DurationOffset = 2;
    private const int BlockAckControlOffset = 16;
    private const int StartingSequenceOffset = 18;
    private const int BitmapOffset = 20;

    private const ushort Compressed = 2 << 1;
    private const int TidShift = 12;
    private const int SequenceShift = 4;
    private const int LongBitmap = 4;

    /// <summary>Writes a CTS or an ACK.</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> octets; of the other methods, too.</param>
    /// <param name="durationUs">For how long the medium is reserved after it.</param>
    /// <returns>Octets written.</returns>
    public static int Write(Span<byte> destination, FrameSubtype subtype, int durationUs, MacAddress receiver)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)((((int)subtype & 0xf) << 4) | ((int)FrameType.Control << 2)));
        BinaryPrimitives.WriteUInt16LittleEndian(destination[DurationOffset..], (ushort)durationUs);
        receiver.CopyTo(destination[FrameView.Addr1Offset..]);
        return FrameView.Addr2Offset;
    }

    /// <summary>Writes an RTS.</summary>
    /// <inheritdoc cref="Write"/>
    public static int WriteRts(Span<byte> destination, int durationUs, MacAddress receiver, MacAddress transmitter)
    {
        _ = Write(destination, FrameSubtype.Rts, durationUs, receiver);
        transmitter.CopyTo(destination[FrameView.Addr2Offset..]);
        return BlockAckControlOffset;
    }

    /// <summary>Writes a compressed BlockAck, after which nothing is reserved.</summary>
    /// <param name="isLong">Whether the bitmap has 32 octets, or 8.</param>
    /// <inheritdoc cref="Write"/>
    public static int WriteBlockAck(Span<byte> destination, MacAddress receiver, MacAddress transmitter, in BlockAckBitmap received, bool isLong)
    {
        _ = Write(destination, FrameSubtype.BlockAck, durationUs: 0, receiver);
        transmitter.CopyTo(destination[FrameView.Addr2Offset..]);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[BlockAckControlOffset..], (ushort)(Compressed | (received.Tid << TidShift)));
        BinaryPrimitives.WriteUInt16LittleEndian(
            destination[StartingSequenceOffset..],
            (ushort)((received.StartingSequence << SequenceShift) | (isLong ? LongBitmap : 0)));
        var bitmap = received.Octets[..(isLong ? BlockAckBitmap.MaxOctets : BlockAckBitmap.ShortOctets)];
        bitmap.CopyTo(destination[BitmapOffset..]);
        return BitmapOffset + bitmap.Length;
    }
}
