using System.Runtime.CompilerServices;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.RingBuffer;

/// <summary>What both ends of a port know: where its words and slots are.</summary>
public abstract unsafe class PortRings
{
    private protected PortRings(Region region, int index, byte* address)
    {
        Region = region;
        Index = index;
        Header = (PortHeader*)address;
        TxSlots = address + RegionGeometry.TxOffset;
        RxDescriptors = (RxDescriptor*)(address + region.Geometry.RxOffset);
        Completions = (ulong*)(address + region.Geometry.DoneOffset);
        PoolSlots = address + region.Geometry.PoolOffset;
        TxMask = region.Geometry.TxSlots - 1;
        RxMask = region.Geometry.RxDescriptors - 1;
    }

    /// <summary>The region it is part of.</summary>
    public Region Region { get; }

    /// <summary>Its place in the port table.</summary>
    public int Index { get; }

    /// <summary>What the guest thinks of itself.</summary>
    public GuestState GuestState
    {
        get => (GuestState)new SharedIndex((uint*)&Header->GuestState).LoadAcquire();
        private protected set => new SharedIndex((uint*)&Header->GuestState).StoreRelease((uint)value);
    }

    private protected PortHeader* Header { get; }

    private protected byte* TxSlots { get; }

    private protected RxDescriptor* RxDescriptors { get; }

    private protected ulong* Completions { get; }

    private protected byte* PoolSlots { get; }

    private protected uint TxMask { get; }

    private protected uint RxMask { get; }

    /// <summary>A TX slot, header and payload.</summary>
    /// <param name="index">Free-running.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TxSlotHeader* TxSlot(uint index) => (TxSlotHeader*)(TxSlots + ((ulong)(index & TxMask) * Abi.SlotSize));

    private protected static SharedIndex Word(uint* word) => new(word);
}
