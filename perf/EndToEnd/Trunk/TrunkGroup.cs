using ShmWifi.Lab.Processes;
using ShmWifi.Perf.EndToEnd.Relay;

namespace ShmWifi.Perf.EndToEnd.Trunk;

/// <summary>Frames from a station at one shm-medium to a station at another, through a NATS server; beside them, through one shm-medium.</summary>
internal sealed class TrunkGroup()
    : MeasuredInTurns(GroupName, "frames from daemon to daemon over NATS, without VMs, beside one daemon", "daemons and nats-server")
{
    /// <summary>Its name.</summary>
    public const string GroupName = "trunk";

    /// <inheritdoc/>
    protected override IReadOnlyList<IRelayMeasurement> Start(Cleanup kept, bool isQuick, CancellationToken cancellation) =>
        [kept.Add(new TrunkTrips(isQuick, cancellation)), kept.Add(new TrunkThroughput(isQuick, cancellation))];
}
