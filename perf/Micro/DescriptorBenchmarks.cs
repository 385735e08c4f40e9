using BenchmarkDotNet.Attributes;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Ports;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.Micro;

/// <summary>A batch of RX descriptors to a guest and back, with the engine's account of who holds which slot.</summary>
[MemoryDiagnoser]
public class DescriptorBenchmarks
{
    private EngineHarness? _medium;

    /// <summary>Descriptors published and given back at a time.</summary>
    [Params(1, 32)]
    public uint Batch { get; set; }

    /// <summary>Makes a sender and a receiver.</summary>
    [GlobalSetup]
    public void SetUp() => _medium = new EngineHarness(2);

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void CleanUp() => _medium?.Dispose();

    /// <summary>Host: fill, count the reference, publish; guest: copy out, release; host: reclaim.</summary>
    [Benchmark]
    public unsafe ulong PostAndReclaim()
    {
        Port from = _medium!.Ports[0], to = _medium.Ports[1];
        var guest = _medium.Guests[1].Port;
        for (uint slot = 0; slot < Batch; slot++)
        {
            *to.NextDescriptor = new RxDescriptor { Kind = RingKind.Frame, Length = 1500, Offset = Abi.HeaderSize };
            to.CommitReference(from, slot, Abi.SlotHeaderSize, 1500);
        }
        _ = to.PublishRx(nowNs: 1);

        ulong bytes = 0;
        uint ready = guest.Rx.CountReady();
        for (uint i = 0; i < ready; i++)
            bytes += guest.ReadDescriptor(guest.Rx.Taken + i).Length;
        guest.Rx.Take(ready);
        _ = guest.Rx.Release(ready);

        if (!to.Rings.Rx.RefreshHead())
            throw new InvalidOperationException("the guest's head is out of range");
        while (to.ReclaimedRx != to.Rings.Rx.Head)
            _ = to.ReclaimNext();
        return bytes;
    }
}
