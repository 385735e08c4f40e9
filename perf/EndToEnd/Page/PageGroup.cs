using ShmWifi.Lab.Processes;
using ShmWifi.Perf.EndToEnd.Relay;

namespace ShmWifi.Perf.EndToEnd.Page;

/// <summary>What the map costs a daemon that carries frames: while nobody looks, and while one page does.</summary>
internal sealed class PageGroup()
    : MeasuredInTurns(GroupName, "what the map costs the daemon, without VMs, beside one that serves no page", "daemons")
{
    /// <summary>Its name.</summary>
    public const string GroupName = "page";

    /// <inheritdoc/>
    protected override IReadOnlyList<IRelayMeasurement> Start(Cleanup kept, bool isQuick, CancellationToken cancellation) =>
        [kept.Add(new PageCost(isQuick, cancellation))];
}
