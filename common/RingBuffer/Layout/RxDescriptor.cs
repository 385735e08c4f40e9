using System.Runtime.InteropServices;

namespace ShmWifi.RingBuffer.Layout;

// 0x00 kind u8      0x08 offset u64      0x1c signalDbm s8       0x20 capturedNs u64
// 0x01 flags u8     0x10 cookie u64      0x1d rateIndex u8       0x28 takenNs u64
// 0x02 radio u16    0x18 freqMhz u32     0x1e sourcePort u16     0x30 postedNs u64
// 0x04 length u32                                                0x38 rates u8[8]

/// <summary>RX descriptor (host to guest).</summary>
[StructLayout(LayoutKind.Explicit, Size = Abi.DescriptorSize)]
public struct RxDescriptor
{
    /// <summary>What it says.</summary>
    [FieldOffset(0x00)] public RingKind Kind;

    /// <summary>TX_STATUS: the frame's flags, with <see cref="TxFlags.Acked"/> when it was.</summary>
    [FieldOffset(0x01)] public TxFlags Flags;

    /// <summary>The receiving port's number for the radio.</summary>
    [FieldOffset(0x02)] public ushort Radio;

    /// <summary>Payload bytes.</summary>
    [FieldOffset(0x04)] public uint Length;

    /// <summary>Where the payload starts, from the start of the region. The host may move it, once, to the receiving port's own
    /// pool: who has read a payload elsewhere reads this again, and the payload, too, if it has moved.</summary>
    [FieldOffset(0x08)] public ulong Offset;

    /// <summary>TX_STATUS: hwsim's; CLOCK_SYNC, PMSR_RESULT: as it came; ENGINE_CHANGED: an index of the TX ring, 32 bits.</summary>
    [FieldOffset(0x10)] public ulong Cookie;

    /// <summary>Centre of the primary channel, MHz.</summary>
    [FieldOffset(0x18)] public uint FreqMhz;

    /// <summary>Signal at the receiver, dBm; TX_STATUS: of the ACK.</summary>
    [FieldOffset(0x1c)] public sbyte SignalDbm;

    /// <summary>hwsim's RX_RATE: index into the band's legacy rates.</summary>
    [FieldOffset(0x1d)] public byte RateIndex;

    /// <summary>Port that sent the frame.</summary>
    [FieldOffset(0x1e)] public ushort SourcePort;

    /// <summary>When the sending guest took the frame from hwsim, host clock, ns; 0: unknown.</summary>
    [FieldOffset(0x20)] public ulong CapturedNs;

    /// <summary>When the host took it, host clock, ns.</summary>
    [FieldOffset(0x28)] public ulong TakenNs;

    /// <summary>When the host posted this descriptor, host clock, ns.</summary>
    [FieldOffset(0x30)] public ulong PostedNs;

    /// <summary>TX_STATUS: hwsim_tx_rate[4] as the attempts really were, little-endian in one word.</summary>
    [FieldOffset(0x38)] public ulong Rates;
}
