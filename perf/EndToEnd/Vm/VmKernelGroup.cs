using ShmWifi.Lab;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>The kernel path between real VMs: ping, TCP, UDP and what a frame costs a guest, in turns with the user path and both floors.</summary>
/// <remarks>
/// Two labs, one after the other. The first has a pair of VMs on each path, on channels that do not meet, and a VM for the in-kernel floor; guests
/// sleep when they have nothing to do, so that the pair that is not measured costs
/// beacons only. In the second, guests poll (<c>idle=poll</c>): each VM
/// keeps a core busy, so that there is only the pair on the kernel path. The network is open, as in <see cref="VmGroup"/>.
/// </remarks>
internal sealed class VmKernelGroup : IBenchGroup
{
    /// <summary>The group of the rows.</summary>
    public const string GroupName = "vm-kernel";

    /// <inheritdoc/>
    public string Name => GroupName;

    /// <inheritdoc/>
    public string Description => "the kernel path between VMs, beside the user path and both floors (needs root)";

    /// <inheritdoc/>
    public async Task RunAsync(BenchOptions options, Results results, Progress progress, CancellationToken cancellation)
    {
        var pace = VmPace.Of(options).ForBothPaths;
        await using (var lab = await VmLab.StartAsync(VmLab.BothPaths(options.Kernel), progress, cancellation))
        {
            var run = new PathsRun(lab, pace, "", results, progress, cancellation);
            await run.TrafficAsync();
            progress.Now("tracing pings in the guests of both paths");
            results.Add("vm-kernel-ping-trace.txt", $"""
                {await PingTrace.TakeAsync(lab.Pair, cancellation)}

                The user path in the same run:

                {await PingTrace.TakeAsync(lab.OtherPair!, cancellation)}
                """);
            await IdleAsync(lab, pace, results, progress, cancellation);
            run.ThrowIfPingsWereLost();
        }

        await using (var lab = await VmLab.StartAsync(VmLab.KernelPathPolling(options.Kernel), progress, cancellation))
        {
            var run = new PathsRun(lab, pace, ", idle=poll", results, progress, cancellation);
            await run.TrafficAsync();
            run.ThrowIfPingsWereLost();
        }
    }

    /// <summary>CPU time of both paths' VMs while nothing but beacons passes.</summary>
    private static async Task IdleAsync(VmLab lab, VmPace pace, Results results, Progress progress, CancellationToken cancellation)
    {
        progress.Now("nothing but beacons");
        var pairs = lab.Pair.Ends.Zip(lab.OtherPair!.Ends, (kernelPath, userPath) =>
            (kernelPath.Name, KernelPath: CpuMeter.Of(kernelPath.ProcessId), UserPath: CpuMeter.Of(userPath.ProcessId))).ToList();
        foreach (var (_, kernelPath, userPath) in pairs)
            await Task.WhenAll(kernelPath.StartAsync(), userPath.StartAsync());
        await Task.Delay(TimeSpan.FromSeconds(pace.IdleSeconds), cancellation);
        foreach (var (_, kernelPath, userPath) in pairs)
            await Task.WhenAll(kernelPath.StopAsync(), userPath.StopAsync());
        foreach (var (name, kernelPath, userPath) in pairs)
        {
            results.Add(Rounds.Once(kernelPath.Percent, userPath.Percent)
                .Tell(GroupName, $"idle: whole QEMU of {name}, of a core; baseline: the user path", "%"));
        }
    }
}
