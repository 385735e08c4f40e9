using ShmWifi.Medium.Capture;
using ShmWifi.Medium.Engine;
using ShmWifi.Medium.Logging;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Medium.Telemetry;

/// <summary>Reads the engine's counters from another thread.</summary>
/// <param name="engine">The engine.</param>
/// <param name="capture">The capture, or null.</param>
/// <param name="frameLog">The reader of frames for the log, or null.</param>
public sealed class SnapshotSource(MediumEngine engine, CaptureTap? capture, FrameLog? frameLog)
{
    private static readonly (string Reason, HostCounter Counter)[] DropCounters =
    [
        ("rxRingFull", HostCounter.DropRxRingFull),
        ("poolEmpty", HostCounter.DropPoolEmpty),
        ("txStatus", HostCounter.DropStatus),
        ("invalid", HostCounter.DropInvalid),
        ("airQueueFull", HostCounter.DropAirQueueFull),
    ];

    /// <summary>Reasons for which the host drops, as <see cref="VmSnapshot.Drops"/> names them.</summary>
    public static IEnumerable<string> DropReasons => DropCounters.Select(d => d.Reason);

    /// <summary>All that there is to tell now.</summary>
    public MediumSnapshot Take() => engine.Inspect(Take);

    private MediumSnapshot Take(IReadOnlyList<Port> ports, MediumTotals gone)
    {
        List<VmSnapshot> vms = [.. ports.Select(Describe)];
        ulong frames = gone.Frames + Sum(vms, v => v.TxFrames);
        ulong doorbells = gone.Doorbells + Sum(vms, v => v.Doorbells + v.GuestDoorbells);
        var totals = new MediumTotals(
            frames,
            gone.Bytes + Sum(vms, v => v.TxBytes),
            gone.Delivered + Sum(vms, v => v.RxFrames),
            gone.Dropped + Sum(vms, Dropped),
            doorbells,
            gone.DoorbellsSuppressed + Sum(vms, v => v.DoorbellsSuppressed),
            PerFrame(doorbells, frames),
            gone.PayloadBytesCopied + Sum(vms, v => v.CopiedBytes),
            PerFrame((ulong)engine.Counters.AllocatedBytes, frames),
            engine.Counters.Sleeps);
        return new MediumSnapshot(
            totals,
            vms,
            [.. ports.SelectMany(to => ports.Select(from => DescribeLag(from, to)).OfType<LagSnapshot>())],
            capture?.Describe(),
            frameLog?.Describe())
        {
            Pid = Environment.ProcessId,
        };
    }

    /// <summary>Adds a VM that goes to the sums.</summary>
    /// <param name="gone">Sums of those that went before.</param>
    /// <param name="port">Its port.</param>
    internal static MediumTotals AddDeparted(MediumTotals gone, Port port)
    {
        VmSnapshot vm = Describe(port);
        return gone with
        {
            Frames = gone.Frames + vm.TxFrames,
            Bytes = gone.Bytes + vm.TxBytes,
            Delivered = gone.Delivered + vm.RxFrames,
            Dropped = gone.Dropped + Dropped(vm),
            Doorbells = gone.Doorbells + vm.Doorbells + vm.GuestDoorbells,
            DoorbellsSuppressed = gone.DoorbellsSuppressed + vm.DoorbellsSuppressed,
            PayloadBytesCopied = gone.PayloadBytesCopied + vm.CopiedBytes,
        };
    }

    private static ulong Dropped(VmSnapshot vm) => vm.Drops.Values.Aggregate(0UL, (sum, drops) => sum + drops);

    private static ulong Sum(List<VmSnapshot> vms, Func<VmSnapshot, ulong> value) => vms.Aggregate(0UL, (sum, vm) => sum + value(vm));

    private static double PerFrame(ulong value, ulong frames) => frames == 0 ? 0 : (double)value / frames;

    private static VmSnapshot Describe(Port port)
    {
        ulong Host(HostCounter counter) => port.Rings.ReadCounter(counter);
        return new VmSnapshot(
            port.Name,
            port.Pid,
            port.PeerId,
            port.Id,
            port.IsFaulted ? $"faulted: {port.Fault}" : port.Rings.GuestState == GuestState.Ready ? "ready" : "attached",
            [.. port.Radios.OfType<Radio>().Select(r => new RadioSnapshot(r.Name, [.. r.Addresses.Select(a => a.ToString())], r.LastFreqMhz, r.Flags.HasFlag(RadioFlags.Monitor)))],
            Host(HostCounter.TxFrames),
            Host(HostCounter.TxBytes),
            Host(HostCounter.RxFrames),
            Host(HostCounter.RxBytes),
            Host(HostCounter.Acked),
            Host(HostCounter.NotAcked),
            DropCounters.ToDictionary(d => d.Reason, d => Host(d.Counter), StringComparer.Ordinal),
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

    private static LagSnapshot? DescribeLag(Port from, Port to)
    {
        if (to.LagFrom[from.Id] is not { } lag || lag.Total.Count == 0)
            return null;
        var hops = new Dictionary<string, LagQuantiles>(StringComparer.Ordinal)
        {
            ["guestToHost"] = LagQuantiles.Of(lag.GuestToHost),
            ["inHost"] = LagQuantiles.Of(lag.InHost),
            ["hostToGuest"] = LagQuantiles.Of(lag.HostToGuest),
        };
        return new LagSnapshot(from.Name, to.Name, lag.Total.Count, LagQuantiles.Of(lag.Total), hops, ClockErrorUs(from) + ClockErrorUs(to));
    }

    private static double? ClockErrorUs(Port port) => port.Rings.ClockErrorNs is var error and not 0 ? error / 1e3 : null;
}
