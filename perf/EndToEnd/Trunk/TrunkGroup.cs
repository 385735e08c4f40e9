using ShmWifi.Lab;
using ShmWifi.Lab.Processes;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.Perf.EndToEnd.Report;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Trunk;

/// <summary>Frames from a station at one shm-medium to a station at another, through a NATS server; beside them, through one shm-medium.</summary>
internal sealed class TrunkGroup : IBenchGroup
{
    /// <summary>Its name.</summary>
    public const string GroupName = "trunk";

    /// <inheritdoc/>
    public string Name => GroupName;

    /// <inheritdoc/>
    public string Description => "frames from daemon to daemon over NATS, without VMs, beside one daemon";

    /// <inheritdoc/>
    public Task RunAsync(BenchOptions options, Results results, Progress progress, CancellationToken cancellation) =>
        OwnThread.RunAsync(GroupName, () => Run(options, results, progress, cancellation));

    private static void Run(BenchOptions options, Results results, Progress progress, CancellationToken cancellation)
    {
        using var cleanup = new Cleanup();
        progress.Now("trunk: starting daemons and nats-server");
        IRelayMeasurement[] measurements =
        [
            cleanup.Add(new TrunkTrips(options.IsQuick, cancellation)),
            cleanup.Add(new TrunkThroughput(options.IsQuick, cancellation)),
        ];
        RelayRounds.Run(GroupName, measurements, options, results, progress, cancellation);
    }
}
