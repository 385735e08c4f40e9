using System.Numerics;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.RingBuffer;

/// <summary>How many ports a region has and how long their rings are; where everything lies follows from it.</summary>
/// <param name="Ports">1 to <see cref="Abi.MaxPorts"/>.</param>
/// <param name="TxSlots">Power of two, 16 to 4096.</param>
/// <param name="RxDescriptors">Power of two, 16 to 16384.</param>
/// <param name="PoolSlots">Power of two, 16 to 4096.</param>
public sealed record RegionGeometry(uint Ports = 16, uint TxSlots = 1024, uint RxDescriptors = 1024, uint PoolSlots = 256)
{
    /// <summary>Shortest ring.</summary>
    public const uint MinLength = 16;

    /// <summary>Longest TX ring and RX pool.</summary>
    public const uint MaxSlots = 4096;

    /// <summary>Longest RX ring.</summary>
    public const uint MaxDescriptors = 16384;

    /// <summary>Smallest region: the guest's kernel can make struct pages, and so write-back mappings, for 2 MiB and more.</summary>
    /// <remarks>Source: linux mm/sparse.c, SUBSECTION_SIZE, which memremap_pages checks.</remarks>
    public const ulong MinRegionSize = 2 << 20;

    /// <summary>Offset of port 0 in the region.</summary>
    public static ulong PortsOffset => Abi.HeaderSize;

    /// <summary>Offset of the TX slots in a port.</summary>
    public static ulong TxOffset => Abi.PortHeaderSize;

    /// <summary>Offset of the RX descriptors in a port.</summary>
    public ulong RxOffset => TxOffset + ((ulong)TxSlots * Abi.SlotSize);

    /// <summary>Offset of the completion stamps in a port.</summary>
    public ulong DoneOffset => RxOffset + ((ulong)RxDescriptors * Abi.DescriptorSize);

    /// <summary>Offset of the RX pool in a port, slot-aligned.</summary>
    public ulong PoolOffset => AlignUp(DoneOffset + ((ulong)RxDescriptors * sizeof(ulong)));

    /// <summary>Bytes from one port to the next.</summary>
    public ulong PortStride => PoolOffset + ((ulong)PoolSlots * Abi.SlotSize);

    /// <summary>Bytes of the region: a power of two, since QEMU aborts on any other BAR size.</summary>
    public ulong RegionSize => BitOperations.RoundUpToPowerOf2(Math.Max(MinRegionSize, PortsOffset + (Ports * PortStride)));

    /// <summary>What is wrong with it, or null.</summary>
    public string? Validate() =>
        Ports is < 1 or > Abi.MaxPorts ? $"ports is {Ports}; allowed are 1 to {Abi.MaxPorts}"
        : ValidateLength(nameof(TxSlots), TxSlots, MaxSlots)
        ?? ValidateLength(nameof(RxDescriptors), RxDescriptors, MaxDescriptors)
        ?? ValidateLength(nameof(PoolSlots), PoolSlots, MaxSlots);

    private static string? ValidateLength(string name, uint value, uint maximum) =>
        BitOperations.IsPow2(value) && value >= MinLength && value <= maximum
            ? null
            : $"{char.ToLowerInvariant(name[0])}{name[1..]} is {value}; allowed are powers of two from {MinLength} to {maximum}";

    private static ulong AlignUp(ulong offset) => (offset + Abi.SlotSize - 1) & ~(ulong)(Abi.SlotSize - 1);
}
