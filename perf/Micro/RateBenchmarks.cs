using BenchmarkDotNet.Attributes;
using ShmWifi.Medium.Engine;

namespace ShmWifi.Perf.Micro;

/// <summary>What the medium decides of a frame before it knows who hears it.</summary>
[MemoryDiagnoser]
public class RateBenchmarks
{
    private const int Frames = 256;
    private readonly byte[] _rates = [4, 3, 0xff, 0, 0xff, 0, 0xff, 0];
    private readonly byte[] _rateFlags = new byte[12];

    /// <summary>hwsim's RX_RATE out of a retry chain.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    public int RxRateIndex()
    {
        int sum = 0;
        for (uint frame = 0; frame < Frames; frame++)
            sum += PerfectMedium.RxRateIndex(_rates, _rateFlags, freqMhz: 2412 + (5 * (frame % 13)));
        return sum;
    }

    /// <summary>The chain as it went when nobody acknowledged.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    public ulong Attempts()
    {
        ulong sum = 0;
        for (ulong frame = 0; frame < Frames; frame++)
            sum += PerfectMedium.Attempts(0x00ff_00ff_00ff_0000 | frame, acked: false);
        return sum;
    }
}
