using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.RingPeer;

/// <summary>A frame that follows from its sequence number, so that whoever reads it knows what must be there.</summary>
/// <remarks>Shape: u64 sequence number, u64 checksum of the rest, then words that the sequence number seeds.</remarks>
internal static unsafe class Payload
{
    /// <summary>Bytes of sequence number and checksum.</summary>
    private const int HeadSize = 16;

    /// <summary>Bytes of a frame: anything from the shortest to a full slot.</summary>
    public static uint LengthOf(uint sequence) => HeadSize + (uint)(Mix(sequence) % (Abi.SlotPayloadSize - HeadSize + 1));

    /// <summary>Fills a TX slot, header and payload.</summary>
    public static void Fill(TxSlotHeader* slot, uint sequence)
    {
        uint length = LengthOf(sequence);
        uint offset = OffsetOf(sequence, length);
        slot->Kind = RingKind.Frame;
        slot->Flags = 0;
        slot->Radio = 0;
        slot->Length = length;
        slot->Offset = offset;
        slot->Cookie = sequence;

        var payload = new Span<byte>((byte*)slot + offset, (int)length);
        var body = payload[HeadSize..];
        ulong state = Mix(sequence);
        foreach (ref ulong word in MemoryMarshal.Cast<byte, ulong>(body))
            word = Next(ref state);
        body[(body.Length & ~7)..].Fill((byte)sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(payload, sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[8..], Sum(body, sequence));
    }

    /// <summary>Compares a frame with the one that is due.</summary>
    /// <param name="payload">Where it lies, in shared memory.</param>
    /// <param name="due">Number of the frame that must be there.</param>
    public static Verdict Check(ReadOnlySpan<byte> payload, uint due)
    {
        if (payload.Length < HeadSize)
            return Verdict.Torn;
        ulong sequence = BinaryPrimitives.ReadUInt64LittleEndian(payload);
        ulong sum = BinaryPrimitives.ReadUInt64LittleEndian(payload[8..]);
        if (sequence > uint.MaxValue || payload.Length != LengthOf((uint)sequence) || sum != Sum(payload[HeadSize..], (uint)sequence))
            return Verdict.Torn;
        return ((int)((uint)sequence - due)) switch
        {
            0 => Verdict.Intact,
            > 0 => Verdict.Lost,
            _ => Verdict.Twice,
        };
    }

    /// <summary>Compares a TX slot, header and payload, with the one that is due.</summary>
    /// <param name="slot">The slot, in shared memory.</param>
    /// <param name="due">Number of the frame that must be there.</param>
    public static Verdict Check(TxSlotHeader* slot, uint due)
    {
        uint length = Volatile.Read(ref slot->Length);
        uint offset = Volatile.Read(ref slot->Offset);
        if (slot->Kind != RingKind.Frame || length > Abi.SlotPayloadSize || offset < Abi.SlotHeaderSize || offset > Abi.SlotSize - length)
            return Verdict.Torn;
        var verdict = Check(new ReadOnlySpan<byte>((byte*)slot + offset, (int)length), due);
        return verdict == Verdict.Intact && (slot->Cookie != due || offset != OffsetOf(due, length)) ? Verdict.Torn : verdict;
    }

    private static uint OffsetOf(uint sequence, uint length) =>
        Abi.SlotHeaderSize + (uint)(Mix(~sequence) % Math.Min(64, Abi.SlotPayloadSize - length + 1));

    private static ulong Sum(ReadOnlySpan<byte> body, uint sequence)
    {
        ulong sum = Mix(~(ulong)sequence);
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(body))
            sum = BitOperations.RotateLeft(sum ^ word, 7) + word;
        foreach (byte value in body[(body.Length & ~7)..])
            sum = BitOperations.RotateLeft(sum, 7) ^ value;
        return sum;
    }

    private static ulong Next(ref ulong state)
    {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state;
    }

    /// <summary>Spreads a number over 64 bits.</summary>
    /// <remarks>Source: the finalizer of SplitMix64; never 0 for a 32-bit number or its complement.</remarks>
    private static ulong Mix(ulong value)
    {
        value += 0x9e3779b97f4a7c15;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
