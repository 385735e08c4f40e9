using System.Runtime.InteropServices;

namespace ShmWifi.RingBuffer.Layout;

// 0x000 magic u64         0x020 epoch u64            0x038 portsOffset u64   0x058 doneOffset u64
// 0x008 abiVersion u32    0x028 portCount u32        0x040 portStride u64    0x060 poolOffset u64
// 0x00c headerSize u32    0x02c txSlots u32          0x048 txOffset u64      0x080 hostState u32
// 0x010 features u64      0x030 rxDescriptors u32    0x050 rxOffset u64      0x100 portTable[portCount]
// 0x018 regionSize u64    0x034 poolSlots u32        (0x048..0x060 count from the start of a port)

/// <summary>The start of the region. Written once by the host, magic last with release; only the host state changes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 0x100)]
public struct RegionHeader
{
    /// <summary><see cref="Abi.Magic"/>.</summary>
    [FieldOffset(0x00)] public ulong Magic;

    /// <summary><see cref="Abi.Version"/>.</summary>
    [FieldOffset(0x08)] public uint AbiVersion;

    /// <summary><see cref="Abi.HeaderSize"/>.</summary>
    [FieldOffset(0x0c)] public uint HeaderSize;

    /// <summary>What the host uses.</summary>
    [FieldOffset(0x10)] public RegionFeatures Features;

    /// <summary>Bytes of the region.</summary>
    [FieldOffset(0x18)] public ulong RegionSize;

    /// <summary>Differs for each fresh region.</summary>
    [FieldOffset(0x20)] public ulong Epoch;

    /// <summary>Ports.</summary>
    [FieldOffset(0x28)] public uint PortCount;

    /// <summary>TX slots a port; a power of two.</summary>
    [FieldOffset(0x2c)] public uint TxSlots;

    /// <summary>RX descriptors a port; a power of two.</summary>
    [FieldOffset(0x30)] public uint RxDescriptors;

    /// <summary>RX pool slots a port; a power of two.</summary>
    [FieldOffset(0x34)] public uint PoolSlots;

    /// <summary>Offset of port 0 in the region.</summary>
    [FieldOffset(0x38)] public ulong PortsOffset;

    /// <summary>Bytes from one port to the next.</summary>
    [FieldOffset(0x40)] public ulong PortStride;

    /// <summary>Offset of the TX slots in a port.</summary>
    [FieldOffset(0x48)] public ulong TxOffset;

    /// <summary>Offset of the RX descriptors in a port.</summary>
    [FieldOffset(0x50)] public ulong RxOffset;

    /// <summary>Offset of the completion stamps in a port: one u64 a descriptor, guest writes.</summary>
    [FieldOffset(0x58)] public ulong DoneOffset;

    /// <summary>Offset of the RX pool in a port.</summary>
    [FieldOffset(0x60)] public ulong PoolOffset;

    /// <summary>Whether the engine runs.</summary>
    [FieldOffset(0x80)] public HostState HostState;
}

/// <summary>One row of the port table.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public unsafe struct PortEntry
{
    /// <summary>ivshmem peer ID (IVPosition) of the VM that holds the port; 0: nobody.</summary>
    [FieldOffset(0x00)] public uint PeerId;

    /// <summary>Counts the VMs that had this port.</summary>
    [FieldOffset(0x08)] public ulong Generation;

    /// <summary>The VM's name, UTF-8, NUL-padded.</summary>
    [FieldOffset(0x10)] public fixed byte Name[Abi.NameSize];
}
