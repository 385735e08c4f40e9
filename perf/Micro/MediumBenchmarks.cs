using BenchmarkDotNet.Attributes;
using ShmWifi.Dot11.Frames;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.Micro;

/// <summary>The engine's rounds, a frame at a time out of batches, with what guests do on their ends of the rings.</summary>
/// <remarks>What one more receiver costs is the slope of <see cref="Broadcast"/>.</remarks>
[MemoryDiagnoser]
public class MediumBenchmarks
{
    private const int Batch = 32;
    private EngineHarness? _medium;

    /// <summary>Ports beside the sender's, a radio each.</summary>
    [Params(1, 8, 63)]
    public int Receivers { get; set; }

    /// <summary>Makes them.</summary>
    [GlobalSetup]
    public void SetUp() => _medium = new EngineHarness(1 + Receivers);

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void CleanUp() => _medium?.Dispose();

    /// <summary>A frame that all receive.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public uint Broadcast() => Relay(MacAddress.Broadcast, Batch * (uint)Receivers);

    /// <summary>A frame that one of them receives.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public uint Unicast() => Relay(EngineHarness.AddressOf(Receivers), Batch);

    /// <summary>Who answers to an address.</summary>
    [Benchmark]
    public int OwnersOf() => _medium!.Engine.Radios.OwnersOf(EngineHarness.AddressOf(Receivers)).Length;

    private uint Relay(MacAddress receiver, uint expected)
    {
        _medium!.Send(receiver, Batch);
        _medium.Relay();
        uint frames = _medium.Receive();
        return frames == expected ? frames : throw new InvalidOperationException($"{frames} frames were received; {expected} were to be");
    }
}
