using ShmWifi.Lab;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>Ping, TCP and UDP between real VMs over our air, in turns with the same over both floors.</summary>
/// <remarks>
/// Two labs, one after the other. In the first, guests sleep when they have nothing to do, as usual; it has a VM for the in-kernel floor. In
/// the second they poll (<c>idle=poll</c>), which takes the waking of an idle vCPU out of the figures; each VM then keeps a core busy, so
/// there are only an access point and a station, and no VM for the in-kernel floor. The network is open: encryption would cost all routes
/// over Wi-Fi the same, and hide some of what the medium costs.
/// </remarks>
internal sealed class VmGroup : IBenchGroup
{
    /// <summary>The group of the rows.</summary>
    public const string GroupName = "vm";

    private static readonly VmGoals Goals = new(GroupName, 1.5, ["p50", "p99"], 0.6);

    /// <inheritdoc/>
    public string Name => GroupName;

    /// <inheritdoc/>
    public string Description => "ping, TCP and UDP between VMs, beside the wired and the in-kernel floor (needs root)";

    /// <inheritdoc/>
    public async Task RunAsync(BenchOptions options, Results results, Progress progress, CancellationToken cancellation)
    {
        var pace = VmPace.Of(options);
        await using (var lab = await VmLab.StartAsync(VmLab.Sleeping(options.Kernel), progress, cancellation))
        {
            var run = new VmRun(lab, pace, Goals, "", results, progress, cancellation);
            await run.TrafficAsync();
            progress.Now("tracing pings in both guests");
            results.Add("vm-ping-trace.txt", await PingTrace.TakeAsync(lab.Pair, cancellation));
            await new IdleCosts(lab, pace).MeasureAsync(results, progress, cancellation);
            run.ThrowIfPingsWereLost();
        }

        await using (var lab = await VmLab.StartAsync(VmLab.Polling(options.Kernel), progress, cancellation))
        {
            var run = new VmRun(lab, pace, Goals, ", idle=poll", results, progress, cancellation);
            await run.TrafficAsync();
            run.ThrowIfPingsWereLost();
        }
    }
}
