using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Report;
using ShmWifi.Lab.Vms;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>UDP at a fixed rate over one route, round by round, with what it costs the guests.</summary>
/// <param name="ends">The sending guest, then the receiving one; or the one that is both.</param>
internal sealed class UdpRounds(MeasuredPath route, IReadOnlyList<VirtualMachine> ends)
{
    private readonly Rounds _lost = new();
    private readonly Rounds _jitter = new();

    /// <summary>What it cost.</summary>
    public GuestCpu Cpu { get; } = new(ends);

    /// <summary>Takes a round.</summary>
    /// <param name="seconds">How long the cost is counted.</param>
    public async Task<UdpResult> RunAsync(int seconds, CancellationToken cancellation)
    {
        var result = await Cpu.MeasureAsync(all => Iperf.UdpAsync(route, all, VmRun.UdpMbps, VmRun.UdpBytes, cancellation), seconds, cancellation);
        _lost.Add(result.LostPercent);
        _jitter.Add(result.JitterMs);
        return result;
    }

    /// <summary>Adds the rows of what came.</summary>
    /// <param name="name">Names the route and the load.</param>
    public void Tell(Results results, string group, string name)
    {
        results.Add(_lost.Tell(group, $"{name}, lost", "%"));
        results.Add(_jitter.Tell(group, $"{name}, jitter", "ms"));
    }
}
