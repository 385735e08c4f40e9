using System.Diagnostics;
using System.Globalization;
using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Qemu;
using ShmWifi.Lab.Report;
using ShmWifi.Lab.Vms;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>What a frame costs the guests between which it goes, round by round: the CPU time of
/// all of them, by datagram of UDP at a fixed rate, a frame each.</summary>
/// <remarks>
/// Taken in the middle of a load, so that neither the start of the programs nor their end counts; nothing is subtracted. The host tells what QEMU's
/// vCPU threads used: all that the guest ran, and the doorbells, but not QEMU's main loop. A guest tells how long it was not idle, which
/// under TCG includes the time for which its vCPU waited for a core.
/// </remarks>
/// <param name="ends">The sending guest, then the receiving one; or the one that is both.</param>
internal sealed class GuestCpu(IReadOnlyList<VirtualMachine> ends)
{
    private const int SecondsBefore = 2;
    private const int SecondsAfter = 1;

    private readonly List<Cost> _rounds = [];

    /// <summary>vCPU time a frame, of all guests, in microseconds.</summary>
    public Rounds Alone => Of(cost => cost.Vcpu);

    /// <summary>Takes a round.</summary>
    /// <param name="load">Sends for as many seconds as it is told.</param>
    public async Task<UdpResult> MeasureAsync(Func<int, Task<UdpResult>> load, int seconds, CancellationToken cancellation)
    {
        const int Around = SecondsBefore + SecondsAfter;
        var threads = await Task.WhenAll(ends.Select(vm => QemuMonitor.CpuThreadsAsync(vm, cancellation)));
        var loading = load(seconds + Around);
        var accounts = Task.WhenAll(ends.Select(vm => OwnAccountAsync(vm, seconds, cancellation)));
        await Task.Delay(TimeSpan.FromSeconds(SecondsBefore), cancellation);
        var before = Take(threads);
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        var after = Take(threads);
        double[] busy = await accounts;
        var result = await loading;

        var elapsed = Stopwatch.GetElapsedTime(before.Timestamp, after.Timestamp);
        double frames = Math.Max(1, result.Sent * (elapsed.TotalSeconds / (seconds + Around)));
        _rounds.Add(new Cost(
            AFrame(after.Vcpus[0] - before.Vcpus[0]),
            AFrame(after.Vcpus[^1] - before.Vcpus[^1]),
            after.Vcpus.Zip(before.Vcpus, (end, start) => AFrame(end - start)).Sum(),
            AFrame(after.Qemu - before.Qemu),
            AFrame(elapsed * busy.Sum())));
        return result;

        double AFrame(TimeSpan time) => time.TotalMicroseconds / frames;
    }

    /// <summary>The vCPU time a frame that goes beyond that of other guests, in microseconds.</summary>
    /// <param name="floor">The others, measured in the same rounds.</param>
    public IReadOnlyList<double> Beyond(GuestCpu floor) => [.. _rounds.Zip(floor._rounds, (cost, other) => cost.Vcpu - other.Vcpu)];

    /// <summary>vCPU time a frame, of all guests, in microseconds.</summary>
    public Rounds Against(GuestCpu baseline) => Of(cost => cost.Vcpu, baseline);

    /// <summary>Adds the rows without goals.</summary>
    /// <param name="baseline">Others, measured in the same rounds.</param>
    public void Tell(Results results, string group, string load, GuestCpu baseline)
    {
        (string Figure, Func<Cost, double> Of)[] rows =
        [
            ("guest CPU a frame, sending guest", cost => cost.Sending),
            ("guest CPU a frame, receiving guest", cost => cost.Receiving),
            ("guest CPU a frame, by the guests' own account", cost => cost.OwnAccount),
            ("CPU a frame of both QEMUs, main loops included", cost => cost.Qemu),
        ];
        foreach (var (figure, of) in rows)
            results.Add(Of(of, baseline).Tell(group, $"{figure}, {load}", "µs"));
    }

    /// <summary>Reads what a guest said of its uptime and idle time, twice.</summary>
    /// <param name="text">Both lines of /proc/uptime.</param>
    /// <param name="cpus">Its virtual CPUs, whose idle times are summed up there.</param>
    /// <returns>How much of a core it was busy in between.</returns>
    internal static double ReadAccount(string text, int cpus)
    {
        double[] numbers = text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return numbers is [var start, var idleAtStart, var end, var idleAtEnd] && end > start
            ? cpus - ((idleAtEnd - idleAtStart) / (end - start))
            : throw new LabException($"not twice a guest's /proc/uptime:\n{text}");
    }

    private Rounds Of(Func<Cost, double> figure, GuestCpu? baseline = null)
    {
        var rounds = new Rounds();
        for (int round = 0; round < _rounds.Count; round++)
            rounds.Add(figure(_rounds[round]), baseline == null ? null : figure(baseline._rounds[round]));
        return rounds;
    }

    /// <summary>Only the shell's own words around the wait: a program started in the guest would be counted.</summary>
    private static async Task<double> OwnAccountAsync(VirtualMachine vm, int seconds, CancellationToken cancellation) => ReadAccount(
        await vm.Guest.RunAsync(
            "reading /proc/uptime twice",
            $"sleep {SecondsBefore}; read -r start </proc/uptime; sleep {seconds}; read -r end </proc/uptime; echo $start; echo $end",
            TimeSpan.FromSeconds(SecondsBefore + seconds + 20),
            cancellation),
        vm.Spec.Cpus);

    private Sample Take(IReadOnlyList<int>[] threads) => new(
        [.. ends.Zip(threads, (vm, cpus) => Sum(cpus.Select(thread => $"/proc/{vm.ProcessId}/task/{thread}/stat")))],
        Sum(ends.Select(vm => $"/proc/{vm.ProcessId}/stat")),
        Stopwatch.GetTimestamp());

    private static TimeSpan Sum(IEnumerable<string> files) =>
        files.Select(file => ProcessTimes.Read(File.ReadAllText(file))).Aggregate((one, other) => one + other);

    private sealed record Sample(IReadOnlyList<TimeSpan> Vcpus, TimeSpan Qemu, long Timestamp);

    /// <summary>Microseconds a frame.</summary>
    private sealed record Cost(double Sending, double Receiving, double Vcpu, double Qemu, double OwnAccount);
}
