using BenchmarkDotNet.Attributes;
using ShmWifi.Medium.Engine;

namespace ShmWifi.Perf.Micro;

/// <summary>What the medium decides of a frame before it knows who hears it.</summary>
[MemoryDiagnoser]
public class RateBenchmarks
{
    private const uint FreqMhz = 2412;
    private readonly byte[] _rates = [4, 3, 0xff, 0, 0xff, 0, 0xff, 0];
    private readonly byte[] _rateFlags = new byte[12];

    /// <summary>hwsim's RX_RATE out of a retry chain.</summary>
    [Benchmark]
    public byte RxRateIndex() => PerfectMedium.RxRateIndex(_rates, _rateFlags, FreqMhz);

    /// <summary>The chain as it went when nobody acknowledged.</summary>
    [Benchmark]
    public ulong Attempts() => PerfectMedium.Attempts(0x00ff_00ff_00ff_0304, acked: false);
}
