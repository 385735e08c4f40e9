using System.Diagnostics.Metrics;
using ShmWifi.ShmMedium.Trunk;

namespace ShmWifi.ShmMedium.Telemetry;

/// <summary>The Meter <c>ShmWifi.ShmMedium</c>: what the medium counts, for dotnet-counters and OpenTelemetry.</summary>
/// <remarks>
/// <para>All instruments are observable: who listens has them read on its own thread, and the engine pays nothing. Tags: vm; direction
/// (transmit, receive: as the VM sees it); reason; ring; from, to, hop, quantile. Values of tags hold neither ',' nor '=', since
/// .NET's EventPipe view of meters joins tags by them, unescaped.</para>
/// <para>Latency is a gauge of quantiles, not a Histogram: that would have to be recorded frame by frame, and EventPipe listeners take ten
/// histograms at most unless told otherwise, where four hops of each pair of VMs want one. In µs, since dotnet-counters shows three
/// decimals.</para>
/// <para>docs/monitoring.md names the instruments.</para>
/// </remarks>
internal sealed class MediumMeter : IDisposable
{
    /// <summary>The Meter's name.</summary>
    public const string Name = "ShmWifi.Medium";

    private const long SnapshotLifeMs = 50; // one collection reads all instruments within

    private readonly Meter _meter = new(Name);
    private readonly SnapshotSource _snapshots;
    private readonly Lock _lock = new();
    private MediumSnapshot? _snapshot;
    private long _takenMs;
    private bool _isDisposed;

    /// <summary>Publishes the instruments.</summary>
    public MediumMeter(SnapshotSource snapshots)
    {
        _snapshots = snapshots;
        PublishVms();
        PublishLatency();
        PublishTotals();
    }

    /// <summary>What listeners find it by.</summary>
    public Meter Meter => _meter;

    /// <summary>Ends; a listener that reads just now is waited for.</summary>
    public void Dispose()
    {
        lock (_lock)
            _isDisposed = true;
        _meter.Dispose();
    }

    private void PublishVms()
    {
        Gauge("shmwifi.vm", "{vm}", "VMs attached", s => s.Vms.Select(v => Of(
            1.0, ("vm", v.Name), ("state", v.State), ("kind", v.Kind), ("path", v.Path ?? ""), ("pid", v.Pid), ("peer", v.PeerId),
            ("port", v.Port))));
        Gauge("shmwifi.vm.clock.error", "us", "Bound of the error of what the VM knows of the host's clock", s => s.Vms
            .Where(v => v.ClockErrorUs is not null)
            .Select(v => Of(v.ClockErrorUs!.Value, ("vm", v.Name))));
        Gauge("shmwifi.radio.frequency", "MHz", "Frequency that a radio listens on, else that of its latest transmission; 0: none", s =>
            s.Vms.SelectMany(v => v.Radios.Select(r => Of(
            (double)r.FreqMhz, ("vm", v.Name), ("radio", r.Name), ("addresses", string.Join(' ', r.Addresses)), ("monitor", r.IsMonitor
                ? "yes"
                : "no")))));
        Counter("shmwifi.frames", "{frame}", "Frames taken from a VM (transmit) and posted to it (receive)", s =>
            s.Vms.SelectMany(v => Both(v, v.TxFrames, v.RxFrames)));
        Counter("shmwifi.bytes", "By", "Bytes of those frames", s => s.Vms.SelectMany(v => Both(v, v.TxBytes, v.RxBytes)));
        OfVm("shmwifi.acked", "{frame}", "Unicast frames of a VM that were acknowledged", v => v.Acked);
        OfVm("shmwifi.retries", "{attempt}", "Attempts of a VM's unicast frames after the first", v => v.Retries);
        OfVm("shmwifi.lost_on_air", "{attempt}", "Attempts that a VM's radios could have received, and that the medium lost", v => v.LostOnAir);
        OfVm("shmwifi.not_acked", "{frame}", "Unicast frames of a VM that were not", v => v.NotAcked);
        OfVm("shmwifi.no_room", "{frame}", "Of those, frames that went well on the medium and found no room at their receiver", v => v.NoRoom);
        Counter("shmwifi.drops", "{frame}", "Frames lost, by reason", s =>
            s.Vms.SelectMany(v => v.Drops.Select(d => Of(d.Value, ("vm", v.Name), ("reason", d.Key)))));
        Counter("shmwifi.doorbells", "{doorbell}", "Doorbells rung by a VM (transmit) and at it (receive)", s =>
            s.Vms.SelectMany(v => Both(v, v.GuestDoorbells, v.Doorbells)));
        Counter("shmwifi.doorbells.suppressed", "{doorbell}", "Doorbells that event indices saved", s =>
            s.Vms.SelectMany(v => Both(v, v.GuestDoorbellsSuppressed, v.DoorbellsSuppressed)));
        OfVm("shmwifi.guest.syscalls", "{call}", "System calls of the guest service's data path", v => v.GuestSystemCalls);
        OfVm("shmwifi.copied", "By", "Payload bytes that the host copied for a VM", v => v.CopiedBytes);
        Gauge("shmwifi.ring.used", "{slot}", "TX slots that others still read; RX descriptors not given back", s =>
            s.Vms.SelectMany(v => Rings(v, v.TxSlotsHeld, v.RxOutstanding)));
        Gauge("shmwifi.ring.size", "{slot}", "TX slots; RX descriptors", s => s.Vms.SelectMany(v => Rings(v, v.TxSlots, v.RxDescriptors)));
    }

    private void PublishLatency()
    {
        Counter("shmwifi.latency.frames", "{frame}", "Frames with all time stamps", s =>
            s.Latency.Select(l => Of(l.Frames, ("from", l.From), ("to", l.To))));
        Gauge("shmwifi.latency", "us", "One-way latency since both VMs are attached", s => s.Latency.SelectMany(l =>
            WithTotal(l).SelectMany(hop => Quantiles(l, hop.Key, hop.Value))));
        Counter("shmwifi.latency.bucket", "{frame}", "Frames to a VM whose latency is at most le, us", s => s.LatencyBuckets.SelectMany(b =>
            b.Counts.Select(one => Of(one.Value, ("to", b.To), ("hop", b.Hop), ("le", one.Key)))));
        Counter("shmwifi.latency.negative", "{frame}", "Frames whose stamps said less than 0, which count as 0", s =>
            s.Latency.SelectMany(l => WithTotal(l).Select(hop => Of(hop.Value.Negative, ("from", l.From), ("to", l.To), ("hop", hop.Key)))));
        Counter("shmwifi.latency.missed", "{frame}", "Frames that are not among the quantiles", s =>
            s.Latency.SelectMany(l => WithTotal(l).Select(hop => Of(hop.Value.Missed, ("from", l.From), ("to", l.To), ("hop", hop.Key)))));
    }

    private void PublishTotals()
    {
        Total("shmwifi.medium.frames", "{frame}", "Frames that radios sent, also of VMs that went", s => s.Medium.Frames);
        Total("shmwifi.medium.bytes", "By", "Bytes of them", s => s.Medium.Bytes);
        Total("shmwifi.medium.delivered", "{frame}", "Frames posted to receivers", s => s.Medium.Delivered);
        Total("shmwifi.medium.dropped", "{frame}", "Frames lost", s => s.Medium.Dropped);
        Total("shmwifi.medium.doorbells", "{doorbell}", "Doorbells rung", s => s.Medium.Doorbells);
        Total("shmwifi.medium.doorbells.suppressed", "{doorbell}", "Doorbells that event indices saved", s => s.Medium.DoorbellsSuppressed);
        Total("shmwifi.medium.copied", "By", "Payload bytes that the host copied", s => s.Medium.PayloadBytesCopied);
        Total("shmwifi.medium.sleeps", "{sleep}", "Times the engine slept", s => (ulong)s.Medium.Sleeps);
        Counter("shmwifi.trunk.frames", "{frame}", "Frames sent to another host (transmit) and received from it", s => OfHosts(s, h =>
            [Of((ulong)h.FramesSent, ("host", h.Name), ("direction", "transmit")),
                Of((ulong)h.FramesReceived, ("host", h.Name), ("direction", "receive"))]));
        Counter("shmwifi.trunk.drops", "{frame}", "Frames, or whole messages (lost, replayed, malformed), that did not pass, by reason", s =>
            OfHosts(s, h => DropsOf(h).Select(drop => Of((ulong)drop.Count, ("host", h.Name), ("reason", drop.Reason)))));
        Gauge("shmwifi.trunk.clock.error", "us", "Bound of the error of another host's clock as this one knows it", s =>
            s.Trunk?.Hosts.Where(h => h.ClockErrorUs is not null).Select(h => Of(h.ClockErrorUs!.Value, ("host", h.Name))) ?? []);
        Counter("shmwifi.trunk.disagreements", "{reception}", "Receptions that other hosts decided on and that no radio here could have", s =>
            s.Trunk is { } trunk ? [Of((ulong)trunk.Disagreements)] : []);
        Total("shmwifi.engine.restarts", "{restart}", "Times another engine took over", s =>
            s.Restarts is [.., var last] ? (ulong)last.Number : 0);
        Gauge("shmwifi.medium.allocated", "By/{frame}", "Bytes that the engine's rounds allocated, a frame", s =>
            [Of(s.Medium.AllocatedBytesPerFrame)]);
        Counter("shmwifi.capture.frames", "{frame}", "Frames in a capture", s =>
            s.Captures.Select(c => Of((ulong)c.Frames, ("capture", c.Name))));
        Counter("shmwifi.capture.lost", "{frame}", "Frames that a capture left out", s =>
            s.Captures.SelectMany(c => c.LeftOut.Select(one => Of((ulong)one.Value, ("capture", c.Name), ("reason", one.Key)))));
        Counter("shmwifi.log.frames", "{frame}", "Frames read for the log", s => s.FrameLog is { } l ? [Of((ulong)l.Frames)] : []);
        Counter("shmwifi.log.lost", "{frame}", "Frames without a line in the log", s => s.FrameLog is { } l ? [Of((ulong)l.Lost)] : []);
    }

    private static IEnumerable<Measurement<long>> OfHosts(MediumSnapshot snapshot, Func<TrunkHostStatus, IEnumerable<Measurement<long>>> read) =>
        snapshot.Trunk?.Hosts.SelectMany(read) ?? [];

    private static (string Reason, long Count)[] DropsOf(TrunkHostStatus host) =>
    [
        ("notSent", host.NotSent), ("lost", host.Lost), ("replayed", host.Replayed), ("stale", host.Stale), ("noRoom", host.NoRoom),
        ("unknown", host.Unknown), ("malformed", host.Malformed),
    ];

    private void OfVm(string name, string unit, string description, Func<VmSnapshot, ulong> read) =>
        Counter(name, unit, description, s => s.Vms.Select(v => Of(read(v), ("vm", v.Name))));

    private void Total(string name, string unit, string description, Func<MediumSnapshot, ulong> read) =>
        Counter(name, unit, description, s => [Of(read(s))]);

    private void Counter(string name, string unit, string description, Func<MediumSnapshot, IEnumerable<Measurement<long>>> read) =>
        _meter.CreateObservableCounter(name, () => Observe(read), unit, description);

    private void Gauge(string name, string unit, string description, Func<MediumSnapshot, IEnumerable<Measurement<double>>> read) =>
        _meter.CreateObservableGauge(name, () => Observe(read), unit, description);

    /// <summary>Reads under a lock, so that nothing is read of a medium that is taken down.</summary>
    private List<Measurement<T>> Observe<T>(Func<MediumSnapshot, IEnumerable<Measurement<T>>> read)
        where T : struct
    {
        lock (_lock)
        {
            if (_isDisposed)
                return [];
            if (_snapshot is null || Environment.TickCount64 - _takenMs > SnapshotLifeMs)
            {
                _snapshot = _snapshots.Take();
                _takenMs = Environment.TickCount64;
            }
            return [.. read(_snapshot)];
        }
    }

    private static IEnumerable<Measurement<long>> Both(VmSnapshot vm, ulong transmit, ulong receive) =>
        [Of(transmit, ("vm", vm.Name), ("direction", "transmit")), Of(receive, ("vm", vm.Name), ("direction", "receive"))];

    private static IEnumerable<Measurement<double>> Rings(VmSnapshot vm, double tx, double rx) =>
        [Of(tx, ("vm", vm.Name), ("ring", "tx")), Of(rx, ("vm", vm.Name), ("ring", "rx"))];

    private static IEnumerable<KeyValuePair<string, LatencyQuantiles>> WithTotal(LatencySnapshot latency) =>
        latency.Hops.Prepend(KeyValuePair.Create("total", latency.Us));

    private static IEnumerable<Measurement<double>> Quantiles(LatencySnapshot latency, string hop, LatencyQuantiles us) =>
        new[] { ("0.5", us.P50), ("0.99", us.P99), ("0.999", us.P999), ("1", us.Max) }
            .Select(q => Of(q.Item2, ("from", latency.From), ("to", latency.To), ("hop", hop), ("quantile", q.Item1)));

    /// <summary>A counter's value; a guest writes some of them, so they may be anything.</summary>
    private static Measurement<long> Of(ulong value, params ReadOnlySpan<(string Key, object? Value)> tags) =>
        new((long)Math.Min(value, long.MaxValue), Tags(tags));

    private static Measurement<double> Of(double value, params ReadOnlySpan<(string Key, object? Value)> tags) => new(value, Tags(tags));

    private static KeyValuePair<string, object?>[] Tags(ReadOnlySpan<(string Key, object? Value)> tags)
    {
        var pairs = new KeyValuePair<string, object?>[tags.Length];
        for (int i = 0; i < tags.Length; i++)
            pairs[i] = new(tags[i].Key, tags[i].Value);
        return pairs;
    }
}
