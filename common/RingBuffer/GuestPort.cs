using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.RingBuffer;

/// <summary>The guest's end of a port: publishes TX slots, takes RX descriptors.</summary>
public sealed unsafe class GuestPort : PortRings
{
    private readonly ulong _refused; // what a completion stamp says of a frame that was refused; 0: the host does not know the word

    internal GuestPort(Region region, int index, byte* address)
        : base(region, index, address)
    {
        _refused = (region.Features & RegionFeatures.Channels) == RegionFeatures.None ? 0 : Abi.DoneRefused;
        var header = Header;
        Tx = new RingProducer(Word(&header->TxTail), Word(&header->TxHead), Word(&header->TxAvailEvent), Word(&header->TxFreeEvent),
            region.Geometry.TxSlots);
        Rx = new RingConsumer(Word(&header->RxTail), Word(&header->RxHead), Word(&header->RxAvailEvent), Word(&header->RxFreeEvent),
            region.Geometry.RxDescriptors);
    }

    /// <summary>TX slots, guest to host.</summary>
    public RingProducer Tx { get; }

    /// <summary>RX descriptors, host to guest.</summary>
    public RingConsumer Rx { get; }

    /// <summary>What the host thinks of the port.</summary>
    public PortState State => (PortState)new SharedIndex((uint*)&Header->HostState).LoadAcquire();

    /// <summary>Why the host faulted it.</summary>
    public PortFault Fault => Header->Fault;

    /// <summary>Tells the host that a service moves frames, and which ABI it speaks.</summary>
    public void SetReady(RegionFeatures features)
    {
        Header->GuestAbiVersion = Abi.Version;
        Header->GuestFeatures = features;
        GuestState = GuestState.Ready;
    }

    /// <summary>Tells the host that the service stopped properly.</summary>
    public void SetAbsent() => GuestState = GuestState.Absent;

    /// <summary>Publishes what the clock exchange found.</summary>
    /// <param name="offsetNs">Host CLOCK_MONOTONIC minus ours.</param>
    public void SetClock(long offsetNs, ulong errorNs)
    {
        Volatile.Write(ref Header->ClockOffsetNs, offsetNs);
        Volatile.Write(ref Header->ClockErrorNs, errorNs);
    }

    /// <summary>Copies an RX descriptor out, once; check the copy.</summary>
    /// <param name="index">Free-running.</param>
    public RxDescriptor ReadDescriptor(uint index) => RxDescriptors[index & RxMask];

    /// <summary>Whether a payload lies in the port's own RX pool, where it stays until its descriptor is released.</summary>
    /// <param name="length">Bytes.</param>
    public bool IsPooled(ulong offset, uint length)
    {
        ulong start = (ulong)((byte*)Header - Region.Address);
        return length <= Abi.SlotPayloadSize && offset >= start + Region.Geometry.PoolOffset && offset <= start + Region.Geometry.PortStride - length;
    }

    /// <summary>Where the frame of a descriptor lies now, asked after the frame was read.</summary>
    /// <remarks>If it has moved, what was read may be a frame that its sender wrote there since: read it again, in the new place.</remarks>
    /// <param name="index">Free-running.</param>
    public ulong ReadOffset(uint index)
    {
        Volatile.ReadBarrier(); // (I)
        return Volatile.Read(ref RxDescriptors[index & RxMask].Offset);
    }

    /// <summary>Says when the frame of a descriptor was injected, before it is released.</summary>
    /// <param name="index">Free-running.</param>
    /// <param name="injectedNs">Host clock; 0: not known, or it is no frame.</param>
    public void SetInjected(uint index, ulong injectedNs) => Volatile.Write(ref Completions[index & RxMask], injectedNs);

    /// <summary>Says that the kernel would not take the frame of a descriptor, before it is released; to hosts that know what that means.</summary>
    /// <param name="index">Free-running; its lower bits suffice.</param>
    public void SetRefused(uint index) => SetInjected(index, _refused);

    /// <summary>Adds to a counter that the host may read.</summary>
    public void Count(GuestCounter counter, ulong value = 1) => Header->GuestCounters[(int)counter] += value;

    /// <summary>A counter of ours.</summary>
    public ulong ReadCounter(GuestCounter counter) => Header->GuestCounters[(int)counter];

    /// <summary>A counter of the host's.</summary>
    public ulong ReadCounter(HostCounter counter) => Volatile.Read(ref Header->HostCounters[(int)counter]);
}
