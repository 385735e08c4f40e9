using BenchmarkDotNet.Attributes;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Perf.Micro;

/// <summary>A batch of frames through the TX ring of a port, in one thread: what the ring costs when nobody waits.</summary>
[MemoryDiagnoser]
public class RingBenchmarks
{
    private SharedMemory? _memory;
    private HostPort? _host;
    private GuestPort? _guest;

    /// <summary>Frames published and given back at a time.</summary>
    [Params(1, 32)]
    public uint Batch { get; set; }

    /// <summary>Payload bytes of a frame; they stay where they are.</summary>
    [Params(64, 256, 1500, 2304)]
    public uint Size { get; set; }

    /// <summary>Makes a region with one port.</summary>
    [GlobalSetup]
    public unsafe void SetUp()
    {
        var geometry = new RegionGeometry(Ports: 1);
        _memory = SharedMemory.Create("shmwifi-benchmark", geometry.RegionSize);
        var region = Region.Create(_memory.Address, geometry, RegionFeatures.ByReference, epoch: 1);
        _host = region.Attach(port: 0, peerId: 1, "benchmark");
        _guest = region.OpenGuestPort(0);
    }

    /// <summary>Unmaps it.</summary>
    [GlobalCleanup]
    public void CleanUp() => _memory?.Dispose();

    /// <summary>Guest to host: claim, fill the header, publish; take, copy the header, release.</summary>
    /// <returns>Something to keep the work from being left out, as in all of these.</returns>
    [Benchmark]
    public unsafe uint ClaimPublishConsume()
    {
        var guest = _guest!;
        var host = _host!;
        if (!guest.Tx.HasFree(Batch))
            throw new InvalidOperationException("the ring leaks slots");
        for (uint i = 0; i < Batch; i++)
        {
            var slot = guest.TxSlot(guest.Tx.Tail + i);
            slot->Kind = RingKind.Frame;
            slot->Length = Size;
            slot->Offset = Abi.SlotHeaderSize;
        }
        _ = guest.Tx.Publish(Batch);

        uint bytes = 0;
        uint ready = host.Tx.CountReady();
        for (uint i = 0; i < ready; i++)
        {
            var header = *host.TxSlot(host.Tx.Taken + i);
            bytes += header.Length;
        }
        host.Tx.Take(ready);
        _ = host.Tx.Release(ready);
        return bytes;
    }
}
