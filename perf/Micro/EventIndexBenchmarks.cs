using BenchmarkDotNet.Attributes;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Perf.Micro;

/// <summary>What it costs to know whether a doorbell is wanted.</summary>
[MemoryDiagnoser]
public class EventIndexBenchmarks
{
    private const int Checks = 1024;
    private SharedMemory? _memory;
    private HostPort? _host;

    /// <summary>Makes a region with one port.</summary>
    [GlobalSetup]
    public unsafe void SetUp()
    {
        var geometry = new RegionGeometry(Ports: 1);
        _memory = SharedMemory.Create("shmwifi-benchmark", geometry.RegionSize);
        _host = Region.Create(_memory.Address, geometry, RegionFeatures.None, epoch: 1).Attach(port: 0, peerId: 1, "benchmark");
    }

    /// <summary>Unmaps it.</summary>
    [GlobalCleanup]
    public void CleanUp() => _memory?.Dispose();

    /// <summary>The check alone, on indices at hand.</summary>
    [Benchmark(OperationsPerInvoke = Checks)]
    public int Check()
    {
        int crossed = 0;
        for (uint index = 0; index < Checks; index++)
        {
            if (EventIndex.IsCrossed(wanted: Checks / 2, index, index + 1))
                crossed++;
        }
        return crossed;
    }

    /// <summary>Before sleeping: ask for a doorbell, fence, look once more.</summary>
    [Benchmark]
    public bool Arm() => _host!.Tx.Arm();
}
