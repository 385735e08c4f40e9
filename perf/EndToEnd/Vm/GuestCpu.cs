using System.Diagnostics;
using System.Globalization;
using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Qemu;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>What a frame costs the two guests between which it goes, round by round: CPU time of both, by frame that either sent.</summary>
/// <remarks>
/// Taken in the middle of a load, so that neither the start of the programs nor their end counts; nothing is subtracted. The host tells what QEMU's
/// vCPU threads used: all that the guest ran, and the doorbells, but not QEMU's main loop. A guest tells how long it was not idle, which
/// under TCG includes the time for which its vCPU waited for a core. The frames are those that the daemon took from the two.
/// </remarks>
/// <param name="medium">The daemon.</param>
/// <param name="pair">The two.</param>
internal sealed class GuestCpu(MediumProcess medium, VmPair pair)
{
    private const int RampSeconds = 2;

    private readonly List<Cost> _rounds = [];

    /// <summary>Takes a round.</summary>
    /// <param name="load">Runs for as many seconds as it is told, from the station to the access point.</param>
    /// <param name="seconds">How long is counted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What the load returns.</returns>
    public async Task<T> MeasureAsync<T>(Func<int, Task<T>> load, int seconds, CancellationToken cancellation)
    {
        var loading = load(seconds + (2 * RampSeconds));
        var accounts = pair.Ends.Select(vm => OwnAccountAsync(vm, seconds, cancellation)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(RampSeconds), cancellation);
        var before = await SampleAsync(cancellation);
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        var after = await SampleAsync(cancellation);
        var busy = (await Task.WhenAll(accounts)).Sum();
        var frames = Math.Max(1, after.Frames - before.Frames);
        var elapsed = Stopwatch.GetElapsedTime(before.Timestamp, after.Timestamp);
        _rounds.Add(new Cost(
            AFrame(after.Station - before.Station),
            AFrame(after.AccessPoint - before.AccessPoint),
            AFrame(after.Qemu - before.Qemu),
            AFrame(elapsed * busy),
            frames / elapsed.TotalSeconds));
        return await loading;

        double AFrame(TimeSpan time) => time.TotalMicroseconds / frames;
    }

    /// <summary>vCPU time a frame, of both guests, in microseconds.</summary>
    /// <param name="baseline">Of another pair, measured in the same rounds.</param>
    public Rounds Against(GuestCpu baseline) => Of(cost => cost.Both, baseline);

    /// <summary>Adds the rows without goals.</summary>
    /// <param name="results">Where they go.</param>
    /// <param name="group">Their group.</param>
    /// <param name="load">Names the load.</param>
    /// <param name="baseline">Of another pair, measured in the same rounds.</param>
    public void Tell(Results results, string group, string load, GuestCpu baseline)
    {
        (string Figure, string Unit, Func<Cost, double> Of)[] rows =
        [
            ("guest CPU a frame, sending guest", "µs", cost => cost.Station),
            ("guest CPU a frame, receiving guest", "µs", cost => cost.AccessPoint),
            ("guest CPU a frame, by the guests' own account", "µs", cost => cost.OwnAccount),
            ("CPU a frame of both QEMUs, main loops included", "µs", cost => cost.Qemu),
            ("frames a second while guest CPU was measured", "frames/s", cost => cost.FramesASecond),
        ];
        foreach (var (figure, unit, of) in rows)
            results.Add(Of(of, baseline).Tell(group, $"{figure}, {load}", unit));
    }

    /// <summary>Reads what a guest said of its uptime and idle time, twice.</summary>
    /// <param name="text">Both lines of /proc/uptime.</param>
    /// <param name="cpus">Its virtual CPUs, whose idle times are summed up there.</param>
    /// <returns>How much of a core it was busy in between.</returns>
    internal static double ReadAccount(string text, int cpus)
    {
        var numbers = text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return numbers is [var start, var idleAtStart, var end, var idleAtEnd] && end > start
            ? cpus - ((idleAtEnd - idleAtStart) / (end - start))
            : throw new LabException($"not twice a guest's /proc/uptime:\n{text}");
    }

    private Rounds Of(Func<Cost, double> figure, GuestCpu baseline)
    {
        var rounds = new Rounds();
        foreach (var (cost, other) in _rounds.Zip(baseline._rounds))
            rounds.Add(figure(cost), figure(other));
        return rounds;
    }

    /// <summary>Only the shell's own words around the wait: a program started in the guest would be counted.</summary>
    private static async Task<double> OwnAccountAsync(VirtualMachine vm, int seconds, CancellationToken cancellation) => ReadAccount(
        await vm.Guest.RunAsync(
            "reading /proc/uptime twice",
            $"sleep {RampSeconds}; read -r start </proc/uptime; sleep {seconds}; read -r end </proc/uptime; echo $start; echo $end",
            TimeSpan.FromSeconds(RampSeconds + seconds + 20),
            cancellation),
        vm.Spec.Cpus);

    private async Task<Sample> SampleAsync(CancellationToken cancellation)
    {
        var threads = new List<IReadOnlyList<int>>();
        foreach (var vm in pair.Ends)
            threads.Add(await vm.CpuThreadsAsync(cancellation));
        var statistics = await medium.StatisticsAsync(cancellation);
        return new Sample(
            statistics.Vms.Where(vm => pair.Ends.Any(end => end.Name == vm.Name)).Sum(vm => vm.TxFrames),
            Read(pair.Ends[0].ProcessId, threads[0]),
            Read(pair.Ends[1].ProcessId, threads[1]),
            pair.Ends.Select(vm => ProcessTimes.Read(File.ReadAllText($"/proc/{vm.ProcessId}/stat"))).Aggregate((one, other) => one + other),
            Stopwatch.GetTimestamp());
    }

    private static TimeSpan Read(int process, IReadOnlyList<int> threads) =>
        threads.Select(thread => ProcessTimes.Read(File.ReadAllText($"/proc/{process}/task/{thread}/stat"))).Aggregate((one, other) => one + other);

    private sealed record Sample(long Frames, TimeSpan Station, TimeSpan AccessPoint, TimeSpan Qemu, long Timestamp);

    /// <summary>Microseconds a frame.</summary>
    private sealed record Cost(double Station, double AccessPoint, double Qemu, double OwnAccount, double FramesASecond)
    {
        public double Both => Station + AccessPoint;
    }
}
