using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Report;
using ShmWifi.Lab.Topologies;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>Ping, TCP, UDP and small frames between guests that are User-Mode-Linux, in turns with the same over both floors.</summary>
/// <remarks>
/// Such guests run natively, so that the medium's part of a round trip is not hidden behind an emulator's. Two labs, one after the other: an open
/// network, where the medium costs most beside the rest, and WPA2, where encryption costs all routes over Wi-Fi the same.
/// </remarks>
internal sealed class UmlGroup : IBenchGroup
{
    /// <summary>The group of the rows.</summary>
    public const string GroupName = "uml";

    private const double WayUs = 15; // all of it in the host: both stamps are the daemon's
    private const int SmallBytes = 64;
    private const int SmallMbps = 10; // 19,531 a second: more than either route carries, and less than what only keeps the sender busy
    private static readonly string[] JudgedQuantiles = ["p50", "p90"]; // a stock kernel's idle loop has the tail, over the wire, too

    private static readonly (Security Security, double TcpGoal)[] Networks = [(Security.Open, 0.45), (Security.Wpa2, 0.9)];

    /// <inheritdoc/>
    public string Name => GroupName;

    /// <inheritdoc/>
    public string Description => "ping, TCP, UDP and small frames between User-Mode-Linux guests, beside both floors (needs root)";

    /// <inheritdoc/>
    public async Task RunAsync(BenchOptions options, Results results, Progress progress, CancellationToken cancellation)
    {
        var pace = VmPace.Of(options);
        foreach (var (security, tcpGoal) in Networks)
        {
            await using var lab = await VmLab.StartAsync(VmLab.Uml(options.Kernel, security), progress, cancellation);
            string network = $", {security.ToString().ToLowerInvariant()}";
            var run = new VmRun(lab, pace, new VmGoals(GroupName, 2, JudgedQuantiles, tcpGoal, WayUs), network, results, progress, cancellation);
            await run.TrafficAsync();
            await SmallFramesAsync(lab, pace, network, results, progress, cancellation);
            run.ThrowIfPingsWereLost();
        }
        if (options.Peer is { } peer)
            await PeerRun.MeasureAsync(peer, options.Kernel, pace, results, progress, cancellation);
    }

    /// <summary>Datagrams that each fill little of a frame, as many as come through.</summary>
    private static async Task SmallFramesAsync(
        VmLab lab, VmPace pace, string network, Results results, Progress progress, CancellationToken cancellation)
    {
        var medium = new Rounds();
        for (int round = 1; round <= pace.Rounds; round++)
        {
            progress.Now($"small frames{network}, round {round} of {pace.Rounds}");
            double floor = await FramesASecondAsync(lab.InKernel!, lab.Floor!.Guest);
            medium.Add(await FramesASecondAsync(lab.Pair.Medium, lab.Pair.Ends[1].Guest), floor);
        }

        results.Add(medium.Tell(GroupName, $"frames received a second, UDP of {SmallBytes} B{network}; baseline: the in-kernel floor", "1/s"));
        progress.Done($"frames a second, {SmallBytes} B{network}: {medium.Median:0}");

        async Task<double> FramesASecondAsync(MeasuredPath route, Lab.Guest.GuestExecutor receiver) =>
            await Iperf.SaturateAsync(route, receiver, pace.Seconds, SmallMbps, SmallBytes, cancellation) * 1e6 / 8 / SmallBytes;
    }
}
