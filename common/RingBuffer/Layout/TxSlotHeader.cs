using System.Runtime.InteropServices;

namespace ShmWifi.RingBuffer.Layout;

// 0x00 kind u8      0x08 offset u32      0x18 capturedNs u64     0x34 address u8[6]
// 0x01 flags u8     0x0c freqMhz u32     0x20 rates u8[8]        0x80 payload
// 0x02 radio u16    0x10 cookie u64      0x28 rateFlags u8[12]
// 0x04 length u32                                                0x3a txPowerDbm s8, spacingMhz u8

/// <summary>Header of a TX slot (guest to host). The kernel's netlink message follows it as the kernel wrote it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Abi.SlotHeaderSize)]
public unsafe struct TxSlotHeader
{
    /// <summary>What the slot carries.</summary>
    [FieldOffset(0x00)] public RingKind Kind;

    /// <summary>FRAME: <see cref="TxFlags"/>; RADIO_ADD: <see cref="RadioFlags"/>.</summary>
    [FieldOffset(0x01)] public byte Flags;

    /// <summary>The port's number for the radio, below <see cref="Abi.MaxRadios"/>.</summary>
    [FieldOffset(0x02)] public ushort Radio;

    /// <summary>Payload bytes: the 802.11 frame without FCS; RADIO_ADD: the radio's name; PMSR_REQUEST: attributes.</summary>
    [FieldOffset(0x04)] public uint Length;

    /// <summary>Where the payload starts, from the start of the slot.</summary>
    [FieldOffset(0x08)] public uint Offset;

    /// <summary>Centre of the primary channel, MHz.</summary>
    [FieldOffset(0x0c)] public uint FreqMhz;

    /// <summary>FRAME: hwsim's; CLOCK_SYNC: guest CLOCK_MONOTONIC at sending, ns; PMSR_REQUEST: any.</summary>
    [FieldOffset(0x10)] public ulong Cookie;

    /// <summary>When the guest took the frame from hwsim, host clock, ns; 0: the guest does not know the host's clock yet.</summary>
    [FieldOffset(0x18)] public ulong CapturedNs;

    /// <summary>hwsim_tx_rate[4]: s8 idx, u8 count.</summary>
    [FieldOffset(0x20)] public fixed byte Rates[8];

    /// <summary>hwsim_tx_rate_flag[4]: s8 idx, le16 flags.</summary>
    [FieldOffset(0x28)] public fixed byte RateFlags[12];

    /// <summary>RADIO_*: hwsim's TRANSMITTER address; ADDRESS_*: the address.</summary>
    [FieldOffset(0x34)] public fixed byte Address[6];

    /// <summary>RADIO_TX_POWER: transmit power, dBm, <see cref="Abi.MinTxPower"/> to <see cref="Abi.MaxTxPower"/>.</summary>
    [FieldOffset(0x3a)] public sbyte TxPowerDbm;

    /// <summary>RADIO_SPACING: of its channels, MHz: 5, 10 or 20.</summary>
    [FieldOffset(0x3b)] public byte SpacingMhz;

    /// <summary>Whether the payload lies within its slot. Of a copy: the guest may change the slot's at any time.</summary>
    /// <param name="maxLength">The longest that it may be, bytes.</param>
    public readonly bool IsPayloadInSlot(uint maxLength) => Offset >= Abi.SlotHeaderSize && Length <= maxLength && Offset <= Abi.SlotSize - Length;
}
