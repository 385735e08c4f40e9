using System.Runtime.InteropServices;

namespace ShmWifi.RingBuffer.Layout;

// 0x000 host state, fault      host writes     0x300 rxTail        host writes: descriptors published
// 0x080 guest state, clock     guest writes    0x380 rxHead        guest writes: descriptors given back
// 0x100 txTail                 guest writes    0x400 rxAvailEvent  guest writes: ring me when rxTail passes
// 0x180 txHead                 host writes     0x480 rxFreeEvent   host writes: ring me when rxHead passes
// 0x200 txAvailEvent           host writes     0x500 guestCounters guest writes
// 0x280 txFreeEvent            guest writes    0x600 hostCounters  host writes

/// <summary>State, indices and counters of one port; its rings follow at the offsets that the region header names.</summary>
[StructLayout(LayoutKind.Explicit, Size = Abi.PortHeaderSize)]
public unsafe struct PortHeader
{
    /// <summary>Host: what it thinks of the port.</summary>
    [FieldOffset(0x000)] public PortState HostState;

    /// <summary>Host: why the port is faulted.</summary>
    [FieldOffset(0x004)] public PortFault Fault;

    /// <summary>Guest: whether its service runs.</summary>
    [FieldOffset(0x080)] public GuestState GuestState;

    /// <summary>Guest: the ABI version it speaks; written before Hello, at which the host refuses another major.</summary>
    [FieldOffset(0x084)] public uint GuestAbiVersion;

    /// <summary>Guest: what it uses.</summary>
    [FieldOffset(0x088)] public RegionFeatures GuestFeatures;

    /// <summary>Guest: host CLOCK_MONOTONIC minus its own, ns.</summary>
    [FieldOffset(0x090)] public long ClockOffsetNs;

    /// <summary>Guest: bound of the offset's error, ns: half the round trip of the sample in force. 0: never synced.</summary>
    [FieldOffset(0x098)] public ulong ClockErrorNs;

    /// <summary>Guest: TX slots published.</summary>
    [FieldOffset(0x100)] public uint TxTail;

    /// <summary>Host: TX slots given back.</summary>
    [FieldOffset(0x180)] public uint TxHead;

    /// <summary>Host: ring me when the TX tail passes.</summary>
    [FieldOffset(0x200)] public uint TxAvailEvent;

    /// <summary>Guest: ring me when the TX head passes.</summary>
    [FieldOffset(0x280)] public uint TxFreeEvent;

    /// <summary>Host: RX descriptors published.</summary>
    [FieldOffset(0x300)] public uint RxTail;

    /// <summary>Guest: RX descriptors given back.</summary>
    [FieldOffset(0x380)] public uint RxHead;

    /// <summary>Guest: ring me when the RX tail passes.</summary>
    [FieldOffset(0x400)] public uint RxAvailEvent;

    /// <summary>Host: ring me when the RX head passes.</summary>
    [FieldOffset(0x480)] public uint RxFreeEvent;

    /// <summary>Guest: by <see cref="GuestCounter"/>.</summary>
    [FieldOffset(0x500)] public fixed ulong GuestCounters[Abi.Counters];

    /// <summary>Host: by <see cref="HostCounter"/>.</summary>
    [FieldOffset(0x600)] public fixed ulong HostCounters[Abi.Counters];
}
