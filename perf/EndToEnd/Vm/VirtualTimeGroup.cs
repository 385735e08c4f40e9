using System.Diagnostics;
using ShmWifi.Lab;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Report;
using ShmWifi.Lab.Wifi;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>How fast virtual time goes while an access point sends beacons, and its stations receive them and do nothing else.</summary>
internal sealed class VirtualTimeGroup : IBenchGroup
{
    /// <summary>Its name.</summary>
    public const string GroupName = "virtual";

    private const double Goal = 20; // an hour in 3 minutes
    private const int SettleSeconds = 10; // what follows association and DHCP: duplicate address detection, router solicitations

    /// <inheritdoc/>
    public string Name => GroupName;

    /// <inheritdoc/>
    public string Description => "virtual seconds a second, an access point and idle stations that are User-Mode-Linux (needs root)";

    /// <inheritdoc/>
    public async Task RunAsync(BenchOptions options, Results results, Progress progress, CancellationToken cancellation)
    {
        int seconds = options.IsQuick ? 30 : 120;
        foreach (int stations in (int[])[1, 10])
        {
            var topology = VmLab.InVirtualTime(options.Kernel, stations);
            var directory = new LabDirectory(topology.Name);
            directory.Prepare(topology.Vms.Select(vm => vm.Name));
            await using var lab = await LabInstance.StartAsync(topology, directory, progress, cancellation);
            await new Roles(progress).StartAsync(lab.Vms, cancellation);
            _ = await SpeedAsync(SettleSeconds);
            var speeds = new Rounds();
            for (int round = 1; round <= options.Rounds; round++)
            {
                progress.Now($"virtual time, {stations} stations, round {round} of {options.Rounds}");
                speeds.Add(await SpeedAsync(seconds));
            }
            results.Add(speeds.Judge(GroupName, $"virtual seconds a second, access point and {stations} idle stations", "1", $"≥ {Goal:0}",
                speeds.Median >= Goal));
            progress.Done($"virtual seconds a second, {stations} stations: {speeds.Median:0.0}");

            async Task<double> SpeedAsync(int virtualSeconds)
            {
                var clock = Stopwatch.StartNew();
                _ = await lab.Vms[0].Guest.RunAsync(
                    "sleeping", $"sleep {virtualSeconds}", TimeSpan.FromSeconds(2 * virtualSeconds), cancellation);
                return virtualSeconds / clock.Elapsed.TotalSeconds;
            }
        }
    }
}
