using BenchmarkDotNet.Attributes;
using ShmWifi.Medium.Engine;

namespace ShmWifi.Perf.Micro;

/// <summary>What the medium decides of a frame before it knows who hears it.</summary>
[MemoryDiagnoser]
public class RateBenchmarks
{
    private const int Frames = 256;
    /// <summary>The chain as it went when nobody acknowledged.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    public ulong Attempts()
    {
        ulong sum = 0;
        for (ulong frame = 0; frame < Frames; frame++)
            sum += RetryChain.Exhausted(0x00ff_00ff_00ff_0000 | frame);
        return sum;
    }
}
