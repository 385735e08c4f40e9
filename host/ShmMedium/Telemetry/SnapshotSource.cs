using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Telemetry;

/// <summary>Reads the engine's counters from another thread.</summary>
/// <param name="capture">The capture, or null.</param>
/// <param name="frameLog">The reader of frames for the log, or null.</param>
internal sealed class SnapshotSource(MediumEngine engine, CaptureTap? capture, FrameLog? frameLog)
{
    /// <summary>Reasons for which the host drops, as <see cref="VmSnapshot.Drops"/> names them.</summary>
    public static IEnumerable<string> DropReasons => PortTotals.Drops.Select(d => d.Reason);

    /// <summary>All that there is to tell now.</summary>
    public MediumSnapshot Take() => engine.Inspect(Take);

    private MediumSnapshot Take(IReadOnlyList<Port> ports, PortTotals departed)
    {
        PortTotals sum = ports.Aggregate(departed, (sum, port) => sum.Add(port));
        var totals = new MediumTotals(
            sum.Frames,
            sum.Bytes,
            sum.Delivered,
            sum.Dropped,
            sum.Doorbells,
            sum.DoorbellsSuppressed,
            PerFrame(sum.Doorbells, sum.Frames),
            sum.BytesCopied,
            PerFrame((ulong)engine.Counters.AllocatedBytes, sum.Frames),
            engine.Counters.Sleeps);
        return new MediumSnapshot(
            totals,
            [.. ports.Select(Describe)],
            [.. ports.SelectMany(to => ports.Select(from => DescribeLatency(from, to)).OfType<LatencySnapshot>())],
            capture?.Describe(),
            frameLog?.Describe())
        {
            Pid = Environment.ProcessId,
        };
    }

    private static double PerFrame(ulong value, ulong frames) => frames == 0 ? 0 : (double)value / frames;

    private static VmSnapshot Describe(Port port)
    {
        ulong Host(HostCounter counter) => port.Rings.ReadCounter(counter);
        return new VmSnapshot(
            port.Name,
            port.Offer.Pid,
            port.Offer.PeerId,
            port.Id,
            port.IsFaulted ? $"faulted: {port.Fault}" : port.Rings.GuestState == GuestState.Ready ? "ready" : "attached",
            [.. port.Radios.OfType<Radio>().Select(r =>
                new RadioSnapshot(r.Name, [.. r.Addresses.Select(a => a.ToString())], r.LastFreqMhz, r.Flags.HasFlag(RadioFlags.Monitor)))],
            Host(HostCounter.TxFrames),
            Host(HostCounter.TxBytes),
            Host(HostCounter.RxFrames),
            Host(HostCounter.RxBytes),
            Host(HostCounter.Acked),
            Host(HostCounter.NotAcked),
            PortTotals.Drops.ToDictionary(d => d.Reason, d => Host(d.Counter), StringComparer.Ordinal),
            Host(HostCounter.Doorbells),
            Host(HostCounter.DoorbellsSuppressed),
            port.Rings.ReadCounter(GuestCounter.Doorbells),
            port.Rings.ReadCounter(GuestCounter.DoorbellsSuppressed),
            port.Rings.ReadCounter(GuestCounter.SystemCalls),
            Host(HostCounter.CopiedBytes),
            port.HeldSlots,
            port.Rings.Tx.Length,
            port.OutstandingRx,
            port.Rings.Rx.Length,
            ClockErrorUs(port))
        {
            Path = PathOf(port),
            Retries = Host(HostCounter.Retries),
            LostOnAir = Host(HostCounter.LostOnAir),
        };
    }

    private static string? PathOf(Port port) =>
        port.Rings.GuestState != GuestState.Ready ? null
        : port.Rings.GuestFeatures.HasFlag(RegionFeatures.KernelPath) ? "kernel" : "user";

    private static LatencySnapshot? DescribeLatency(Port from, Port to)
    {
        if (to.LatencyFrom[from.Id] is not { } latency || latency.Total.Count == 0)
            return null;
        var hops = new Dictionary<string, LatencyQuantiles>(StringComparer.Ordinal)
        {
            ["guestToHost"] = LatencyQuantiles.Of(latency.GuestToHost),
            ["inHost"] = LatencyQuantiles.Of(latency.InHost),
            ["hostToGuest"] = LatencyQuantiles.Of(latency.HostToGuest),
        };
        return new LatencySnapshot(from.Name, to.Name, latency.Total.Count, LatencyQuantiles.Of(latency.Total), hops, ClockErrorUs(from)
            + ClockErrorUs(to));
    }

    private static double? ClockErrorUs(Port port) => port.Rings.ClockErrorNs is var error and not 0 ? error / 1e3 : null;
}
