using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Report;
using ShmWifi.Lab.Vms;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>CPU time while nothing but beacons passes, and memory, after the traffic.</summary>
/// <remarks>
/// A guest under TCG is not told when it had to wait for a core: its injector's time then contains other processes' time. So on a machine with
/// other work that figure is too large.
/// </remarks>
internal sealed class IdleCosts(VmLab lab, VmPace pace)
{
    private const double CpuGoalPercent = 1;
    private const double DaemonGoalMegabytes = 80;
    private const double InjectorGoalMegabytes = 15;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Measures both.</summary>
    public async Task MeasureAsync(Results results, Progress progress, CancellationToken cancellation)
    {
        progress.Now("nothing but beacons");
        var injectorMeters = lab.RadioVms.Select(vm => InjectorMeter(vm, cancellation)).ToList();
        var daemonMeter = CpuMeter.Of(lab.Medium.ProcessIds);
        var qemuMeters = lab.RadioVms.Append(lab.Floor!).Select(vm => CpuMeter.Of(vm.ProcessId)).ToList();
        foreach (var meter in injectorMeters)
            await meter.StartAsync();
        await Task.Delay(Settle, cancellation); // reading in a guest costs CPU time of its QEMU
        foreach (var meter in qemuMeters.Append(daemonMeter))
            await meter.StartAsync();
        await Task.Delay(TimeSpan.FromSeconds(pace.IdleSeconds), cancellation);
        foreach (var meter in qemuMeters.Append(daemonMeter).Concat(injectorMeters))
            await meter.StopAsync();

        double daemon = daemonMeter.Percent;
        Judge(results, "idle: daemon, of a core", "%", daemon, "< 1 % of a core", daemon < CpuGoalPercent);
        double injector = injectorMeters.Max(meter => meter.Percent);
        Judge(results, "idle: injector, of the guest's core, the busiest", "%", injector, "< 1 % of a core", injector < CpuGoalPercent);
        foreach (var (vm, meter) in lab.RadioVms.Zip(qemuMeters))
            Tell(results, $"idle: whole QEMU of {vm.Name}, of a core; baseline: two radios in one VM", "%", meter.Percent, qemuMeters[^1].Percent);
        progress.Done($"idle: daemon {daemon:0.00} %, injector {injector:0.00} % of a core");

        string[] daemonSmaps = await Task.WhenAll(lab.Medium.ProcessIds.Select(id => File.ReadAllTextAsync($"/proc/{id}/smaps", cancellation)));
        double daemonMegabytes = daemonSmaps.Sum(ResidentMemory.Read) / 1e6;
        Judge(results, "memory: all processes of the daemon, without the region", "MB", daemonMegabytes, "≤ 80 MB",
            daemonMegabytes <= DaemonGoalMegabytes);
        string[] smaps = await Task.WhenAll(lab.RadioVms.Select(vm => InjectorFileAsync(vm, "smaps", cancellation)));
        double injectorMegabytes = smaps.Max(ResidentMemory.Read) / 1e6;
        Judge(results, "memory: injector, without the region, the largest", "MB", injectorMegabytes, "≤ 15 MB",
            injectorMegabytes <= InjectorGoalMegabytes);
        progress.Done($"memory: daemon {daemonMegabytes:0.0} MB, injector {injectorMegabytes:0.0} MB without the region");
    }

    private static CpuMeter InjectorMeter(VirtualMachine vm, CancellationToken cancellation) =>
        new(async () => ProcessTimes.Read(await InjectorFileAsync(vm, "stat", cancellation)));

    private static Task<string> InjectorFileAsync(VirtualMachine vm, string file, CancellationToken cancellation) =>
        vm.Guest.RunAsync($"reading {file} of shm-injector", $"cat /proc/$(pidof shm-injector)/{file}", Limit, cancellation);

    private static void Judge(Results results, string figure, string unit, double value, string goal, bool met) =>
        results.Add(Rounds.Once(value).Judge(VmGroup.GroupName, figure, unit, goal, met));

    private static void Tell(Results results, string figure, string unit, double value, double baseline) =>
        results.Add(Rounds.Once(value, baseline).Tell(VmGroup.GroupName, figure, unit));
}
