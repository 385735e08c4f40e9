using BenchmarkDotNet.Attributes;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.Perf.Micro;

/// <summary>What the medium decides of a frame before it knows who receives it.</summary>
[MemoryDiagnoser]
public class RateBenchmarks
{
    private const int Frames = 256;
    private readonly PhyRate _rate = PhyRate.Vht(7, nss: 2, bandwidthMhz: 80, shortGi: true);

    /// <summary>The chain as it went when nobody acknowledged.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    public ulong Attempts()
    {
        ulong sum = 0;
        for (ulong frame = 0; frame < Frames; frame++)
            sum += new TxRates(0x00ff_00ff_00ff_0300 | frame).Used(3).Word;
        return sum;
    }

    /// <summary>Packet error rate of an attempt, its curve looked up each time.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    public float Per()
    {
        float sum = 0;
        for (int frame = 0; frame < Frames; frame++)
            sum += ErrorModel.BuiltIn.Per(_rate, 15 + (frame & 15), 1500);
        return sum;
    }

    /// <summary>How long a frame is on the medium.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    public long Ppdu()
    {
        long sum = 0;
        for (int frame = 0; frame < Frames; frame++)
            sum += Airtime.Ppdu(_rate, 1500 + frame, Band.Ghz5);
        return sum;
    }
}
