using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Medium;

namespace ShmWifi.ShmMedium.Trunk;

// Little-endian, packed.
//
// header (32)               frame                      reception
// 0x00 magic u16 "SW"       0x00 length u16            0x00 radio u32
// 0x02 version u8           0x02 receptions u16        0x04 signalDbm s8
// 0x03 kind u8              0x04 sender u32            0x05 rateIndex u8
// 0x04 count u32            0x08 freqMhz u32
// 0x08 session u64          0x0c capturedNs u64
// 0x10 sequence u64         0x14 receptions, then
// 0x18 sentNs u64                the 802.11 frame

/// <summary>What a message of one host to another is.</summary>
internal enum TrunkMessageKind : byte
{
    /// <summary>Frames for the other's radios.</summary>
    Frames = 1,

    /// <summary>Asks for the other's clock.</summary>
    ClockRequest = 2,

    /// <summary>Answers that: when the request came and when this was sent, and the request's own stamp.</summary>
    ClockReply = 3,
}

/// <summary>The start of every message of one host to another.</summary>
/// <param name="Count">Of frames.</param>
/// <param name="Session">Of the sending daemon's run.</param>
/// <param name="Sequence">Of the message, to this host, from 1; frames alone count.</param>
/// <param name="SentNs">CLOCK_MONOTONIC of the sending host.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TrunkHeader(TrunkMessageKind Kind, uint Count, ulong Session, ulong Sequence, long SentNs)
{
    public const int Size = 32;

    private const ushort Magic = 0x5753;
    private const byte Version = 1;

    /// <summary>Writes it.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, Magic);
        to[2] = Version;
        to[3] = (byte)Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Count);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], Session);
        BinaryPrimitives.WriteUInt64LittleEndian(to[16..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], SentNs);
    }

    /// <summary>Reads what a network brought.</summary>
    /// <returns>False: it is no message of this version.</returns>
    public static bool TryRead(ReadOnlySpan<byte> from, out TrunkHeader header)
    {
        header = default;
        if (from.Length < Size || BinaryPrimitives.ReadUInt16LittleEndian(from) != Magic || from[2] != Version)
            return false;
        header = new TrunkHeader(
            (TrunkMessageKind)from[3],
            BinaryPrimitives.ReadUInt32LittleEndian(from[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(from[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(from[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[24..]));
        return header.Kind is >= TrunkMessageKind.Frames and <= TrunkMessageKind.ClockReply;
    }
}

/// <summary>Fills one message with frames.</summary>
internal sealed class FrameBatchWriter
{
    /// <summary>A message is sent when it has so much, whether more frames wait or not.</summary>
    public const int FullSize = 32 * 1024;

    private const int Capacity = FullSize + FrameRecord.MaxSize;
    private readonly byte[] _bytes = new byte[Capacity];
    private int _length = TrunkHeader.Size;
    private int _last; // where the latest frame starts
    private int _lastReceptions;

    /// <summary>Frames so far.</summary>
    public uint Count { get; private set; }

    /// <summary>It is to be sent.</summary>
    public bool IsFull => _length >= FullSize;

    /// <summary>Adds a frame that one radio receives.</summary>
    /// <param name="sender"><see cref="Ports.Radio.Id"/> at the sending host.</param>
    /// <param name="capturedNs">When its guest sent it, CLOCK_MONOTONIC of the sending host; 0: not known.</param>
    public void Add(ReadOnlySpan<byte> frame, uint sender, uint freqMhz, ulong capturedNs, in DecidedReception reception)
    {
        (_last, _lastReceptions) = (_length, 1);
        var to = _bytes.AsSpan(_length);
        BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)frame.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], sender);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], freqMhz);
        BinaryPrimitives.WriteUInt64LittleEndian(to[12..], capturedNs);
        WriteReception(to[FrameRecord.HeaderSize..], in reception);
        frame.CopyTo(to[(FrameRecord.HeaderSize + FrameRecord.ReceptionSize)..]);
        _length += FrameRecord.HeaderSize + FrameRecord.ReceptionSize + frame.Length;
        Count++;
    }

    /// <summary>Another radio receives the frame that was added last, too.</summary>
    /// <returns>False: there is none, or it has as many receptions as it may; add the frame.</returns>
    public bool TryAddReception(in DecidedReception reception)
    {
        if (Count == 0 || _lastReceptions == FrameRecord.MaxReceptions)
            return false;
        int at = _last + FrameRecord.HeaderSize + (_lastReceptions * FrameRecord.ReceptionSize);
        _bytes.AsSpan(at, _length - at).CopyTo(_bytes.AsSpan(at + FrameRecord.ReceptionSize));
        WriteReception(_bytes.AsSpan(at), in reception);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(_last + 2), (ushort)++_lastReceptions);
        _length += FrameRecord.ReceptionSize;
        return true;
    }

    /// <summary>Makes a message of it; holds until <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Finish(ulong session, ulong sequence, long sentNs)
    {
        new TrunkHeader(TrunkMessageKind.Frames, Count, session, sequence, sentNs).Write(_bytes);
        return _bytes.AsMemory(0, _length);
    }

    /// <summary>Begins the next one.</summary>
    public void Clear() => (_length, Count) = (TrunkHeader.Size, 0);

    private static void WriteReception(Span<byte> to, in DecidedReception reception)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to, reception.RadioId);
        to[4] = (byte)reception.SignalDbm;
        to[5] = reception.RateIndex;
    }
}

/// <summary>A frame of a message; its spans are the message's.</summary>
internal readonly ref struct FrameRecord
{
    public const int HeaderSize = 20;
    public const int ReceptionSize = 6;

    /// <summary>Longest frame, bytes: what hwsim sends is at most 3.7 kB, and a TX slot holds that with its receptions.</summary>
    public const int MaxFrame = 3800;

    /// <summary>Most radios of one VM that receive a frame.</summary>
    public const int MaxReceptions = Abi.MaxRadios;

    public const int MaxSize = HeaderSize + (MaxReceptions * ReceptionSize) + MaxFrame;

    private readonly ReadOnlySpan<byte> _receptions;

    private FrameRecord(ReadOnlySpan<byte> record, int length, int receptions)
    {
        Sender = BinaryPrimitives.ReadUInt32LittleEndian(record[4..]);
        FreqMhz = BinaryPrimitives.ReadUInt32LittleEndian(record[8..]);
        CapturedNs = BinaryPrimitives.ReadUInt64LittleEndian(record[12..]);
        _receptions = record.Slice(HeaderSize, receptions * ReceptionSize);
        Frame = record.Slice(HeaderSize + _receptions.Length, length);
    }

    /// <summary><see cref="Ports.Radio.Id"/> at the sending host.</summary>
    public uint Sender { get; }

    /// <summary>Centre of the primary channel, MHz.</summary>
    public uint FreqMhz { get; }

    /// <summary>CLOCK_MONOTONIC of the sending host; 0: not known.</summary>
    public ulong CapturedNs { get; }

    /// <summary>The 802.11 frame without FCS.</summary>
    public ReadOnlySpan<byte> Frame { get; }

    /// <summary>How many radios receive it.</summary>
    public int Receptions => _receptions.Length / ReceptionSize;

    /// <summary>That one of them does.</summary>
    public DecidedReception Reception(int index)
    {
        var from = _receptions[(index * ReceptionSize)..];
        return new DecidedReception(BinaryPrimitives.ReadInt32LittleEndian(from), (sbyte)from[4], from[5]);
    }

    /// <summary>Takes the next frame off a message.</summary>
    /// <param name="rest">What is left of it, after its header.</param>
    /// <returns>False: it is cut, or breaks a bound; nothing after it can be read.</returns>
    public static bool TryTake(ref ReadOnlySpan<byte> rest, out FrameRecord record)
    {
        record = default;
        if (rest.Length < HeaderSize)
            return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        int receptions = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
        if (length is < FrameView.MinLength or > MaxFrame || receptions is < 1 or > MaxReceptions)
            return false;
        int size = HeaderSize + (receptions * ReceptionSize) + length;
        if (rest.Length < size)
            return false;
        record = new FrameRecord(rest[..size], length, receptions);
        rest = rest[size..];
        return true;
    }
}
