using ShmWifi.ShmMedium.Capture;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Ports;
using ShmWifi.ShmMedium.Trunk;

namespace ShmWifi.ShmMedium.Telemetry;

/// <summary>Reads the engine's counters from another thread.</summary>
/// <param name="captures">Those to files.</param>
/// <param name="frameLog">The reader of frames for the log, or null.</param>
/// <param name="store">Which knows of restarts.</param>
/// <param name="lastEvents">Of engines that died.</param>
internal sealed class SnapshotSource(MediumEngine engine, Captures captures, FrameLog? frameLog, IDescriptorStore store,
    LastEventFiles lastEvents)
{
    /// <summary>Reasons for which a port drops, as <see cref="VmSnapshot.Drops"/> names them.</summary>
    public static IEnumerable<string> DropReasons => [.. PortTotals.Drops.Select(d => d.Reason), .. PortTotals.GuestDrops.Select(d => d.Reason)];

    /// <summary>What joins other hosts; null: nothing does.</summary>
    public TrunkServer? Trunk { get; set; }

    /// <summary>All that there is to tell now.</summary>
    public MediumSnapshot Take() => engine.Inspect(Take);

    private MediumSnapshot Take(IReadOnlyList<Port> ports, PortTotals departed) => new(
        MediumTotals.Of(ports.Aggregate(departed, (sum, port) => sum.Add(port)), engine.Counters),
        [.. ports.Select(VmSnapshot.Of)],
        [.. ports.SelectMany(to => ports.Select(from => LatencySnapshot.Of(from, to)).OfType<LatencySnapshot>())],
        captures.Configured?.Describe(),
        frameLog?.Describe())
    {
        Pid = Environment.ProcessId,
        LatencyBuckets = [.. ports.SelectMany(LatencyBuckets.Of)],
        Captures = captures.All,
        Trunk = Trunk?.Status,
        Restarts = [.. store.Restarts.Select(restart => restart with { LastEvents = lastEvents.Find(restart.Engine) })],
    };
}
