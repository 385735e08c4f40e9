using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ShmWifi.Dot11.Frames;

/// <summary>Which MPDUs of one TID a BlockAck tells as received.</summary>
/// <param name="tid">0 to 15.</param>
/// <param name="startingSequence">Sequence number of the first that it tells of, 0 to 4095.</param>
[StructLayout(LayoutKind.Auto)]
public struct BlockAckBitmap(int tid, int startingSequence)
{
    /// <summary>Octets of the bitmap where the buffer has more than 64 MPDUs.</summary>
    public const int MaxOctets = 32;

    /// <summary>Octets of the bitmap else.</summary>
    public const int ShortOctets = 8;

    private const int SequenceMask = 0xfff;

    private Bits _bits;

    /// <summary>The TID.</summary>
    public readonly int Tid => tid;

    /// <summary>Sequence number of the first that it tells of.</summary>
    public readonly int StartingSequence => startingSequence;

    /// <summary>A bit for each sequence number from <see cref="StartingSequence"/> on, the lowest bit of each octet first.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Octets => _bits;

    /// <summary>Tells an MPDU as received; one that is beyond the bitmap is passed over.</summary>
    public void Add(int sequence)
    {
        int bit = (sequence - startingSequence) & SequenceMask;
        if (bit < 8 * MaxOctets)
            _bits[bit >> 3] |= (byte)(1 << (bit & 7));
    }

    [InlineArray(MaxOctets)]
    private struct Bits
    {
        private byte _first;
    }
}
