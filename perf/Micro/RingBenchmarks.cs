using BenchmarkDotNet.Attributes;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Perf.Micro;

/// <summary>One frame through the rings of a port, in one thread: what the rings cost when nobody waits.</summary>
[MemoryDiagnoser]
public class RingBenchmarks
{
    private SharedMemory? _memory;
    private HostPort? _host;
    private GuestPort? _guest;

    /// <summary>Frames published and given back at a time.</summary>
    [Params(1, 32)]
    public uint Batch { get; set; }

    /// <summary>Makes a region with one port.</summary>
    [GlobalSetup]
    public unsafe void SetUp()
    {
        var geometry = new RegionGeometry(Ports: 1);
        _memory = SharedMemory.Create("shmwifi-benchmark", geometry.RegionSize);
        Region region = Region.Create(_memory.Address, geometry, RegionFeatures.ByReference, epoch: 1);
        _host = region.Attach(port: 0, peerId: 1, "benchmark");
        _guest = region.OpenGuestPort(0);
    }

    /// <summary>Unmaps it.</summary>
    [GlobalCleanup]
    public void CleanUp() => _memory?.Dispose();

    /// <summary>Guest to host: reserve, fill the header, publish; take, copy the header, release.</summary>
    [Benchmark]
    public unsafe uint TxRing()
    {
        GuestPort guest = _guest!;
        HostPort host = _host!;
        if (!guest.Tx.HasFree(Batch))
            throw new InvalidOperationException("the ring leaks slots");
        for (uint i = 0; i < Batch; i++)
        {
            TxSlotHeader* slot = guest.TxSlot(guest.Tx.Tail + i);
            slot->Kind = RingKind.Frame;
            slot->Length = 1500;
            slot->Offset = Abi.SlotHeaderSize;
        }
        _ = guest.Tx.Publish(Batch);

        uint bytes = 0;
        uint ready = host.Tx.CountReady();
        for (uint i = 0; i < ready; i++)
        {
            TxSlotHeader header = *host.TxSlot(host.Tx.Taken + i);
            bytes += header.Length;
        }
        host.Tx.Take(ready);
        _ = host.Tx.Release(ready);
        return bytes;
    }

    /// <summary>Host to guest: fill a descriptor, publish; copy it out, release.</summary>
    [Benchmark]
    public unsafe ulong RxRing()
    {
        GuestPort guest = _guest!;
        HostPort host = _host!;
        if (!host.Rx.HasFree(Batch))
            throw new InvalidOperationException("the ring leaks descriptors");
        for (uint i = 0; i < Batch; i++)
            *host.Descriptor(host.Rx.Tail + i) = new RxDescriptor { Kind = RingKind.Frame, Length = 1500, Offset = Abi.HeaderSize };
        _ = host.Rx.Publish(Batch);

        ulong bytes = 0;
        uint ready = guest.Rx.CountReady();
        for (uint i = 0; i < ready; i++)
            bytes += guest.ReadDescriptor(guest.Rx.Taken + i).Length;
        guest.Rx.Take(ready);
        _ = guest.Rx.Release(ready);
        return bytes;
    }
}
