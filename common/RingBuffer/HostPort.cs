using ShmWifi.RingBuffer.Layout;
using Tmds.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.RingBuffer;

/// <summary>The host's end of a port: takes TX slots, posts RX descriptors.</summary>
/// <remarks>All that it reads was written by a guest, that is by an adversary: copy, check the copy, use the copy.</remarks>
public sealed unsafe class HostPort : PortRings
{
    private readonly ulong[] _own = GC.AllocateArray<ulong>(Abi.Counters, pinned: true);
    private ulong* _counters;

    internal HostPort(Region region, int index, byte* address)
        : base(region, index, address)
    {
        var header = Header;
        CountAlone();
        Tx = new RingConsumer(Word(&header->TxTail), Word(&header->TxHead), Word(&header->TxAvailEvent), Word(&header->TxFreeEvent),
            region.Geometry.TxSlots);
        Rx = new RingProducer(Word(&header->RxTail), Word(&header->RxHead), Word(&header->RxAvailEvent), Word(&header->RxFreeEvent),
            region.Geometry.RxDescriptors);
    }

    /// <summary>TX slots, guest to host.</summary>
    public RingConsumer Tx { get; }

    /// <summary>RX descriptors, host to guest.</summary>
    public RingProducer Rx { get; }

    /// <summary>What the host tells the guest about its port.</summary>
    public PortState State
    {
        get => Header->HostState;
        internal set => new SharedIndex((uint*)&Header->HostState).StoreRelease((uint)value);
    }

    /// <summary>Guest's bound of its clock's error, ns; 0: never synced. An adversary's word.</summary>
    public ulong ClockErrorNs => Volatile.Read(ref Header->ClockErrorNs);

    /// <summary>Host CLOCK_MONOTONIC minus the guest's, ns, as the guest found it. An adversary's word.</summary>
    public long ClockOffsetNs => Volatile.Read(ref Header->ClockOffsetNs);

    /// <summary>The ABI version that the guest speaks; 0 before it came.</summary>
    public uint GuestAbiVersion => Volatile.Read(ref Header->GuestAbiVersion);

    /// <summary>What the guest's service says of itself; an adversary's word.</summary>
    public RegionFeatures GuestFeatures => (RegionFeatures)Volatile.Read(ref *(ulong*)&Header->GuestFeatures);

    /// <summary>Fills this process's page tables for header and rings: else the first frame in each slot pays for a page fault, some 5 µs.</summary>
    /// <remarks>The pool, too, where all frames are copied there; with delivery by reference few are.
    /// Takes 1 to 2 ms for a ring that nobody touched yet: not for the thread that serves frames.
    /// Kernels before 5.14 cannot, and nothing is lost but time.</remarks>
    public void Populate() =>
        _ = madvise(
            Header,
            (size_t)(Region.Features.HasFlag(RegionFeatures.ByReference) ? Region.Geometry.PoolOffset : Region.Geometry.PortStride),
            MADV_POPULATE_WRITE);

    /// <summary>Puts the port into the faulted state.</summary>
    public void SetFault(PortFault fault)
    {
        Header->Fault = fault;
        State = PortState.Faulted;
    }

    /// <summary>An RX descriptor to fill.</summary>
    /// <param name="index">Free-running.</param>
    public RxDescriptor* Descriptor(uint index) => RxDescriptors + (index & RxMask);

    /// <summary>Tells the guest that the frame of a descriptor lies in a slot of its pool now, before its sender gets the old place back.</summary>
    /// <param name="index">Free-running.</param>
    /// <param name="slot">The pool's.</param>
    public void MoveToPool(uint index, uint slot) => Volatile.Write(ref Descriptor(index)->Offset, OffsetOf(PoolSlot(slot))); // (J)

    /// <summary>When the guest injected the frame of a descriptor that it gave back: host clock, ns; 0: it did not, or does
    /// not know; <see cref="Abi.DoneRefused"/>: its kernel would not take it. An adversary's word.</summary>
    /// <param name="index">Free-running.</param>
    public ulong InjectedNs(uint index) => Volatile.Read(ref Completions[index & RxMask]);

    /// <summary>A slot of the RX pool.</summary>
    /// <param name="slot">Below the pool's length.</param>
    public byte* PoolSlot(uint slot) => PoolSlots + ((ulong)slot * Abi.SlotSize);

    /// <summary>Offset of an address in the region, for a descriptor.</summary>
    public ulong OffsetOf(byte* address) => (ulong)(address - Region.Address);

    /// <summary>Goes on counting in memory that outlives this process.</summary>
    /// <param name="counters">By <see cref="HostCounter"/>; there until <see cref="CountAlone"/>.</param>
    public void CountIn(ulong* counters) => _counters = counters;

    /// <summary>Has the counters in memory of its own from now on, as they are.</summary>
    public void CountAlone()
    {
        if (_counters != null)
            new ReadOnlySpan<ulong>(_counters, Abi.Counters).CopyTo(_own);
        fixed (ulong* own = _own) // pinned: it stays there
            _counters = own;
    }

    /// <summary>Adds to a counter, and shows it in the region, where guests can write: what counts is ours.</summary>
    public void Count(HostCounter counter, ulong value = 1) => Header->HostCounters[(int)counter] = _counters[(int)counter] += value;

    /// <summary>A counter of ours; any thread may read it.</summary>
    public ulong ReadCounter(HostCounter counter) => Volatile.Read(ref _counters[(int)counter]);

    /// <summary>A counter of the guest's.</summary>
    public ulong ReadCounter(GuestCounter counter) => Volatile.Read(ref Header->GuestCounters[(int)counter]);
}
