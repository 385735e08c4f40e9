using System.Globalization;
using System.Text.Json.Serialization;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Latency;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Ports;
using ShmWifi.ShmMedium.Trunk;

namespace ShmWifi.ShmMedium.Telemetry;

/// <summary>What the medium has done so far, as people, files and tests read it.</summary>
/// <param name="Vms">Each VM that is attached.</param>
/// <param name="Latency">Each ordered pair of VMs between which frames passed.</param>
/// <param name="Capture">The configured capture; null when there is none.</param>
/// <param name="FrameLog">The lines about frames; null when nobody wants them.</param>
internal sealed record MediumSnapshot(
    MediumTotals Medium,
    IReadOnlyList<VmSnapshot> Vms,
    IReadOnlyList<LatencySnapshot> Latency,
    CaptureSnapshot? Capture,
    FrameLogSnapshot? FrameLog)
{
    /// <summary>The daemon's process.</summary>
    public int Pid { get; init; }

    /// <summary>The latest changes of the engine, where a keeper is; the last one's number is that of all.</summary>
    public IReadOnlyList<EngineRestart> Restarts { get; init; } = [];

    /// <summary>Latency to each VM by hop, as counts that can be added up.</summary>
    public IReadOnlyList<LatencyBuckets> LatencyBuckets { get; init; } = [];

    /// <summary>All captures to files: the configured one, and those that clients of the control API started.</summary>
    public IReadOnlyList<CaptureSnapshot> Captures { get; init; } = [];

    /// <summary>Other hosts; null: there is no trunk.</summary>
    public TrunkStatus? Trunk { get; init; }

    /// <summary>The garbage collector, in statistics that the daemon writes; others read the Meter <c>System.Runtime</c>.</summary>
    public CollectorSnapshot? Collector { get; init; }
}

/// <summary>Sums over all VMs, also those that went.</summary>
/// <param name="Bytes">Bytes of them.</param>
/// <param name="Delivered">Frames posted to receivers; a broadcast counts once for each.</param>
/// <param name="Dropped">Frames not posted to a receiver, or not taken, for lack of room or sense; statuses are no frames.</param>
/// <param name="Doorbells">Doorbells rung, host and guests.</param>
/// <param name="DoorbellsSuppressed">Doorbells that event indices saved.</param>
/// <param name="PayloadBytesCopied">Payload bytes that the host copied.</param>
/// <param name="AllocatedBytesPerFrame">Bytes that the engine's rounds allocated, a frame sent.</param>
internal sealed record MediumTotals(
    ulong Frames,
    ulong Bytes,
    ulong Delivered,
    ulong Dropped,
    ulong Doorbells,
    ulong DoorbellsSuppressed,
    double DoorbellsPerFrame,
    ulong PayloadBytesCopied,
    double AllocatedBytesPerFrame,
    long Sleeps)
{
    /// <summary>Those of all ports that are or were, and of the engine.</summary>
    public static MediumTotals Of(PortTotals ports, EngineCounters engine)
    {
        ulong frames = ports[HostCounter.TxFrames];
        ulong doorbells = ports[HostCounter.Doorbells] + ports[GuestCounter.Doorbells];
        return new(
            frames,
            ports[HostCounter.TxBytes],
            ports[HostCounter.RxFrames],
            PortTotals.Drops.Where(drop => drop.Counter != HostCounter.DropStatus).Aggregate(0UL, (sum, drop) => sum + ports[drop.Counter]),
            doorbells,
            ports[HostCounter.DoorbellsSuppressed],
            PerFrame(doorbells, frames),
            ports[HostCounter.CopiedBytes],
            PerFrame((ulong)engine.AllocatedBytes, frames),
            engine.Sleeps);
    }

    private static double PerFrame(ulong value, ulong frames) => frames == 0 ? 0 : (double)value / frames;
}

/// <summary>One VM.</summary>
/// <param name="State">"attached", "ready" (its service runs) or "faulted: reason".</param>
/// <param name="TxBytes">Bytes of them.</param>
/// <param name="RxBytes">Bytes of them.</param>
/// <param name="Acked">Its unicast frames that were acknowledged.</param>
/// <param name="NotAcked">Its unicast frames that were not.</param>
/// <param name="DoorbellsSuppressed">Saved by its event index.</param>
/// <param name="GuestDoorbellsSuppressed">Saved by the host's event index.</param>
/// <param name="GuestSystemCalls">System calls of its service's data path.</param>
/// <param name="CopiedBytes">Payload bytes that the host copied for it.</param>
/// <param name="TxSlotsHeld">Its TX slots that others still read.</param>
/// <param name="TxSlots">Its TX slots.</param>
/// <param name="RxOutstanding">RX descriptors that it has not given back.</param>
/// <param name="ClockErrorUs">Bound of its clock's error; null: not synced.</param>
internal sealed record VmSnapshot(
    string Name,
    int Pid,
    uint PeerId,
    int Port,
    string State,
    IReadOnlyList<RadioSnapshot> Radios,
    ulong TxFrames,
    ulong TxBytes,
    ulong RxFrames,
    ulong RxBytes,
    ulong Acked,
    ulong NotAcked,
    IReadOnlyDictionary<string, ulong> Drops,
    ulong Doorbells,
    ulong DoorbellsSuppressed,
    ulong GuestDoorbells,
    ulong GuestDoorbellsSuppressed,
    ulong GuestSystemCalls,
    ulong CopiedBytes,
    int TxSlotsHeld,
    uint TxSlots,
    uint RxOutstanding,
    uint RxDescriptors,
    double? ClockErrorUs)
{
    /// <summary>How its frames come to its port: "ivshmem", "vhost-user" or "local".</summary>
    public required string Kind { get; init; }

    /// <summary>What moves its frames, as it says: "user", a process, or "kernel", its module; null as long as nothing does, and where nothing of
    /// ours is in the guest.</summary>
    public string? Path { get; init; }

    /// <summary>Attempts of its unicast frames after the first.</summary>
    public ulong Retries { get; init; }

    /// <summary>Of <see cref="NotAcked"/>, those that went well on the medium and found no room at their receiver.</summary>
    public ulong NoRoom { get; init; }

    /// <summary>Attempts that its radios could have received, and that the medium lost or an injected fault dropped.</summary>
    public ulong LostOnAir { get; init; }

    /// <summary>That of a port.</summary>
    public static VmSnapshot Of(Port port)
    {
        ulong Host(HostCounter counter) => port.Rings.ReadCounter(counter);
        return new VmSnapshot(
            port.Name,
            port.Offer.Pid,
            port.Offer.PeerId,
            port.Id,
            port.IsFaulted ? $"faulted: {port.Fault}" : port.Rings.GuestState == GuestState.Ready ? "ready" : "attached",
            [.. port.Radios.OfType<Radio>().Select(r =>
                new RadioSnapshot(r.Name, [.. r.Addresses.Select(a => a.ToString())], r.FreqMhz, r.Flags.HasFlag(RadioFlags.Monitor)))],
            Host(HostCounter.TxFrames),
            Host(HostCounter.TxBytes),
            Host(HostCounter.RxFrames),
            Host(HostCounter.RxBytes),
            Host(HostCounter.Acked),
            Host(HostCounter.NotAcked),
            DropsOf(port),
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
            ClockErrorUsOf(port))
        {
            Kind = KindOf(port),
            Path = PathOf(port),
            Retries = Host(HostCounter.Retries),
            LostOnAir = Host(HostCounter.LostOnAir),
            NoRoom = Host(HostCounter.NoRoom),
        };
    }

    /// <summary>Bound of the error of a port's clock; null: not synced.</summary>
    public static double? ClockErrorUsOf(Port port) => port.Rings.ClockErrorNs is var error and not 0 ? error / 1e3 : null;

    private static Dictionary<string, ulong> DropsOf(Port port)
    {
        var drops = PortTotals.Drops.ToDictionary(d => d.Reason, d => port.Rings.ReadCounter(d.Counter), StringComparer.Ordinal);
        foreach ((string reason, var counter) in PortTotals.GuestDrops)
            drops.Add(reason, port.Rings.ReadCounter(counter));
        return drops;
    }

    private static string KindOf(Port port) => port.Offer.Kind switch
    {
        PortKind.VhostUser => "vhost-user",
        PortKind.Local => "local",
        PortKind.Trunk => "trunk",
        _ => "ivshmem",
    };

    private static string? PathOf(Port port) =>
        port.Rings.GuestState != GuestState.Ready || port.Offer.Kind is PortKind.VhostUser or PortKind.Trunk ? null
        : port.Rings.GuestFeatures.HasFlag(RegionFeatures.KernelPath) ? "kernel" : "user";
}

/// <summary>One radio.</summary>
/// <param name="FreqMhz">Where it listens, as its guest told; else of its latest transmission; 0: nowhere, or not known.</param>
/// <param name="IsMonitor">Whether it wants frames addressed to others.</param>
internal sealed record RadioSnapshot(string Name, IReadOnlyList<string> Addresses, uint FreqMhz, bool IsMonitor);

/// <summary>One-way latency between two VMs.</summary>
/// <param name="Us">Whole way: taken from the sender's hwsim to given to the receiver's.</param>
/// <param name="Hops">By hop; without those of which no stamps came.</param>
/// <param name="ClockErrorUs">Bound of the error of the whole way; null: a clock is not synced.</param>
internal sealed record LatencySnapshot(string From, string To, ulong Frames, LatencyQuantiles Us, IReadOnlyDictionary<string, LatencyQuantiles> Hops,
    double? ClockErrorUs)
{
    /// <summary>That of an ordered pair; null: no frame with all its time stamps passed.</summary>
    public static LatencySnapshot? Of(Port from, Port to)
    {
        if (to.LatencyFrom[from.Id] is not { } latency || latency.Total.Count == 0)
            return null;
        (string Hop, LatencyHistogram Histogram)[] hops =
            [("guestToHost", latency.GuestToHost), ("inHost", latency.InHost), ("hostToGuest", latency.HostToGuest)];
        return new LatencySnapshot(from.Name, to.Name, latency.Total.Count, LatencyQuantiles.Of(latency.Total),
            hops.Where(h => h.Histogram.Count != 0).ToDictionary(h => h.Hop, h => LatencyQuantiles.Of(h.Histogram), StringComparer.Ordinal),
            VmSnapshot.ClockErrorUsOf(from) + VmSnapshot.ClockErrorUsOf(to));
    }
}

/// <summary>A histogram of the latency of all frames to a VM.</summary>
/// <param name="Hop">"total", or one of <see cref="LatencySnapshot.Hops"/>.</param>
/// <param name="Counts">Frames whose latency is at most so many µs, cumulative; "+Inf": all of them.</param>
internal sealed record LatencyBuckets(string To, string Hop, IReadOnlyDictionary<string, ulong> Counts)
{
    private static readonly string[] s_bounds =
    [
        .. Enumerable.Range(LatencyHistogram.FirstBound, LatencyHistogram.LastBound - LatencyHistogram.FirstBound + 1)
            .Select(exponent => (((1L << exponent) - 1) / 1e3).ToString(CultureInfo.InvariantCulture)),
        "+Inf",
    ];

    /// <summary>Those of a port; of the hops that frames were recorded for.</summary>
    public static IEnumerable<LatencyBuckets> Of(Port to) =>
        new (string Hop, Func<LinkLatency, LatencyHistogram> Histogram)[]
        {
            ("total", latency => latency.Total), ("guestToHost", latency => latency.GuestToHost), ("inHost", latency => latency.InHost),
            ("hostToGuest", latency => latency.HostToGuest),
        }
        .Select(hop => (hop.Hop, Counts: Sum(to.LatencyFrom.OfType<LinkLatency>().Select(hop.Histogram))))
        .Where(hop => hop.Counts[^1] != 0)
        .Select(hop => new LatencyBuckets(to.Name, hop.Hop,
            s_bounds.Zip(hop.Counts).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal)));

    private static ulong[] Sum(IEnumerable<LatencyHistogram> histograms)
    {
        ulong[] counts = new ulong[s_bounds.Length];
        foreach (var histogram in histograms)
            histogram.AddTo(counts);
        return counts;
    }
}

/// <summary>Quantiles of a latency, µs.</summary>
/// <param name="P99">99 %.</param>
/// <param name="P999">99.9 %.</param>
internal sealed record LatencyQuantiles(double P50, double P99, double P999, double Max)
{
    /// <summary>Frames whose stamps said less than 0, as clocks are known to some µs only; they count as 0.</summary>
    public ulong Negative { get; init; }

    /// <summary>Frames that are not among these.</summary>
    public ulong Missed { get; init; }

    /// <summary>Those of a histogram.</summary>
    /// <param name="histogram">In nanoseconds; not empty.</param>
    public static LatencyQuantiles Of(LatencyHistogram histogram) =>
        new(histogram.QuantileNs(0.5) / 1e3, histogram.QuantileNs(0.99) / 1e3, histogram.QuantileNs(0.999) / 1e3, histogram.MaxNs / 1e3)
        {
            Negative = histogram.Negative,
            Missed = histogram.Missed,
        };
}

/// <summary>What the garbage collector did to the daemon, the engine's thread included.</summary>
/// <param name="PauseMs">How long it stopped the threads, all in all.</param>
internal sealed record CollectorSnapshot(int Collections, double PauseMs)
{
    /// <summary>Until now.</summary>
    public static CollectorSnapshot Take() => new(GC.CollectionCount(0), GC.GetTotalPauseDuration().TotalMilliseconds);
}

/// <summary>Source-generated JSON of a snapshot.</summary>
[JsonSerializable(typeof(MediumSnapshot))]
[JsonSerializable(typeof(IReadOnlyList<CaptureSnapshot>))]
[JsonSerializable(typeof(TrunkStatus))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    RespectRequiredConstructorParameters = true)]
internal sealed partial class SnapshotJson : JsonSerializerContext;
