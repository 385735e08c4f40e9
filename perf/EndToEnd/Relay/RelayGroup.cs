using ShmWifi.Lab.Processes;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>Frames from process to process through a real shm-medium, and through relays over sockets.</summary>
internal sealed class RelayGroup()
    : MeasuredInTurns(GroupName, "frames through the daemon, without VMs, beside relays over Unix datagrams and TCP", "daemons and baselines")
{
    /// <summary>Its name.</summary>
    public const string GroupName = "relay";

    /// <inheritdoc/>
    protected override IReadOnlyList<IRelayMeasurement> Start(Cleanup kept, bool isQuick, CancellationToken cancellation)
    {
        var sleeping = kept.Add(new SleepingTrips(isQuick, cancellation));
        return
        [
            sleeping,
            kept.Add(new PollingTrips(isQuick, sleeping, cancellation)),
            kept.Add(new ThroughputBySize(isQuick, cancellation)),
            kept.Add(new LoneFrames(isQuick)),
            kept.Add(new FanOut(isQuick, cancellation)),
            kept.Add(new HostileNeighbour(isQuick, cancellation)),
            kept.Add(new Footprint()),
            kept.Add(new ManyRadios(isQuick)),
        ];
    }
}
