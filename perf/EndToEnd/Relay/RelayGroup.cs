using ShmWifi.Lab;
using ShmWifi.Lab.Processes;
using ShmWifi.Perf.EndToEnd.Report;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>Frames from process to process through a real shm-medium, and through relays over sockets.</summary>
internal sealed class RelayGroup : IBenchGroup
{
    /// <summary>Its name.</summary>
    public const string GroupName = "relay";

    /// <inheritdoc/>
    public string Name => GroupName;

    /// <inheritdoc/>
    public string Description => "frames through the daemon, without VMs, beside relays over Unix datagrams and TCP";

    /// <inheritdoc/>
    /// <remarks>
    /// On a thread of its own: the processes that it starts end with that thread, and no pool thread's work comes between.
    /// </remarks>
    public Task RunAsync(BenchOptions options, Results results, Progress progress, CancellationToken cancellation) =>
        OwnThread.RunAsync(GroupName, () => Run(options, results, progress, cancellation));

    private static void Run(BenchOptions options, Results results, Progress progress, CancellationToken cancellation)
    {
        using var cleanup = new Cleanup();
        progress.Now("relay: starting daemons and baselines");
        var sleeping = cleanup.Add(new SleepingTrips(options.IsQuick, cancellation));
        IRelayMeasurement[] measurements =
        [
            sleeping,
            cleanup.Add(new PollingTrips(options.IsQuick, sleeping, cancellation)),
            cleanup.Add(new ThroughputBySize(options.IsQuick, cancellation)),
            cleanup.Add(new LoneFrames(options.IsQuick)),
            cleanup.Add(new FanOut(options.IsQuick, cancellation)),
            cleanup.Add(new HostileNeighbour(options.IsQuick, cancellation)),
            cleanup.Add(new Footprint()),
            cleanup.Add(new ManyRadios(options.IsQuick)),
        ];
        RelayRounds.Run(GroupName, measurements, options, results, progress, cancellation);
    }
}
