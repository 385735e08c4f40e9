using BenchmarkDotNet.Attributes;
using ShmWifi.Dot11;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.Micro;

/// <summary>The engine's rounds, a frame at a time out of batches, with what guests do on their ends of the rings.</summary>
/// <remarks>What one more hearer costs is the slope of <see cref="Broadcast"/>.</remarks>
[MemoryDiagnoser]
public class MediumBenchmarks
{
    private const int Batch = 32;
    private EngineHarness? _medium;

    /// <summary>Ports beside the sender's, a radio each.</summary>
    [Params(1, 8, 63)]
    public int Hearers { get; set; }

    /// <summary>Makes them.</summary>
    [GlobalSetup]
    public void SetUp() => _medium = new EngineHarness(1 + Hearers);

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void CleanUp() => _medium?.Dispose();

    /// <summary>A frame that all hear.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public uint Broadcast() => Relay(MacAddress.Broadcast, Batch * (uint)Hearers);

    /// <summary>A frame that one of them hears.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public uint Unicast() => Relay(EngineHarness.AddressOf(Hearers), Batch);

    /// <summary>Who answers to an address.</summary>
    [Benchmark]
    public int OwnersOf() => _medium!.Engine.Radios.OwnersOf(EngineHarness.AddressOf(Hearers)).Length;

    private uint Relay(MacAddress receiver, uint expected)
    {
        _medium!.Send(receiver, Batch);
        _ = _medium.Engine.RunRound();
        uint frames = _medium.Receive();
        return frames == expected ? frames : throw new InvalidOperationException($"{frames} frames were heard; {expected} were to be");
    }
}
