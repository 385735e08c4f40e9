using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>The daemon's memory with 64 VMs attached, each of which has been received by all others.</summary>
internal sealed class Footprint : IRelayMeasurement
{
    private const int Vms = 64;
    private const int FramesEach = 50;
    private const double Megabyte = 1e6;
    private const double MostMegabytes = 80;
    private readonly Rounds _empty = new();
    private readonly Rounds _full = new();

    /// <inheritdoc/>
    public string Name => "memory";

    /// <inheritdoc/>
    public void RunRound(CancellationToken cancellation)
    {
        using var route = RelayUnderTest.Rings("off", Vms, isAcknowledged: false);
        using var cleanup = new Cleanup();
        _empty.Add(route.Daemon!.ResidentBytes / Megabyte);
        RelayEnd[] ends = [.. Enumerable.Range(0, Vms).Select(station => cleanup.Add(route.Attach((byte)station)))];
        route.Daemon.WaitForStations(Vms);
        foreach (var talker in ends)
            Throughput.Broadcast(talker, [.. ends.Where(end => end != talker)], FramesEach, cancellation);
        _full.Add(route.Daemon.ResidentBytes / Megabyte);
    }

    /// <inheritdoc/>
    public void Report(Results results)
    {
        results.Add(_full.Judge(RelayGroup.GroupName, "memory of the daemon without the region, 64 VMs that talked", "MB", "≤ 80 MB",
            _full.Median <= MostMegabytes));
        results.Add(_empty.Tell(RelayGroup.GroupName, "memory of the daemon without the region, no VM", "MB"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
