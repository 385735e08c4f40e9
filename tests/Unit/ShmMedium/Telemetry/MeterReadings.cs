using System.Globalization;
using ShmWifi.ShmMedium.Telemetry;

namespace ShmWifi.Tests.Unit.ShmMedium.Telemetry;

/// <summary>What one collection of the Meter <c>ShmWifi.ShmMedium</c> said, put together to a snapshot again.</summary>
/// <remarks>The inverse of <see cref="MediumMeter"/>.</remarks>
internal sealed class MeterReadings
{
    private readonly Dictionary<string, Dictionary<string, double>> _instruments = new(StringComparer.Ordinal);

    /// <summary>Takes one value: tags as "key=value,key=value", the value as a number in the
    /// invariant culture, or empty when the series has none any more.</summary>
    public void Add(string instrument, string tags, string value)
    {
        if (!double.TryParse(value, CultureInfo.InvariantCulture, out double number))
            return;
        if (!_instruments.TryGetValue(instrument, out var series))
            _instruments.Add(instrument, series = new Dictionary<string, double>(StringComparer.Ordinal));
        series[tags] = number;
    }

    /// <summary>The snapshot. Capture and log carry no names in the Meter and are left out.</summary>
    public MediumSnapshot ToSnapshot()
    {
        ulong Total(string name) => (ulong)Single($"shmwifi.medium.{name}");
        ulong frames = Total("frames");
        ulong doorbells = Total("doorbells");
        var totals = new MediumTotals(
            frames,
            Total("bytes"),
            Total("delivered"),
            Total("dropped"),
            doorbells,
            Total("doorbells.suppressed"),
            frames == 0 ? 0 : (double)doorbells / frames,
            Total("copied"),
            Single("shmwifi.medium.allocated"),
            (long)Total("sleeps"));
        List<VmSnapshot> vms = [.. Series("shmwifi.vm").Select(s => Vm(s.Tags)).OrderBy(v => v.Port)];
        return new MediumSnapshot(totals, vms, Latency(vms), Capture: null, FrameLog: null)
        {
            LatencyBuckets = [.. Series("shmwifi.latency.bucket").GroupBy(s => (To: s.Tags["to"], Hop: s.Tags["hop"])).Select(histogram =>
                new LatencyBuckets(histogram.Key.To, histogram.Key.Hop,
                    histogram.ToDictionary(s => s.Tags["le"], s => (ulong)s.Value, StringComparer.Ordinal)))],
        };
    }

    private VmSnapshot Vm(Dictionary<string, string> identity)
    {
        string name = identity["vm"];
        double Of(string instrument, string? key = null, string? value = null) => Series(instrument)
            .Where(s => s.Tags["vm"] == name && (key is null || s.Tags[key] == value))
            .Sum(s => s.Value);
        ulong Counter(string instrument, string? direction = null) =>
            (ulong)Of($"shmwifi.{instrument}", direction is null ? null : "direction", direction);
        return new VmSnapshot(
            name,
            int.Parse(identity["pid"], CultureInfo.InvariantCulture),
            uint.Parse(identity["peer"], CultureInfo.InvariantCulture),
            int.Parse(identity["port"], CultureInfo.InvariantCulture),
            identity["state"],
            [.. Series("shmwifi.radio.frequency").Where(s => s.Tags["vm"] == name).Select(s => new RadioSnapshot(
                s.Tags["radio"], s.Tags["addresses"].Split(' ', StringSplitOptions.RemoveEmptyEntries), (uint)s.Value, s.Tags["monitor"] == "yes"))],
            Counter("frames", "transmit"),
            Counter("bytes", "transmit"),
            Counter("frames", "receive"),
            Counter("bytes", "receive"),
            Counter("acked"),
            Counter("not_acked"),
            Series("shmwifi.drops").Where(s => s.Tags["vm"] == name).ToDictionary(s => s.Tags["reason"], s => (ulong)s.Value, StringComparer.Ordinal),
            Counter("doorbells", "receive"),
            Counter("doorbells.suppressed", "receive"),
            Counter("doorbells", "transmit"),
            Counter("doorbells.suppressed", "transmit"),
            Counter("guest.syscalls"),
            Counter("copied"),
            (int)Of("shmwifi.ring.used", "ring", "tx"),
            (uint)Of("shmwifi.ring.size", "ring", "tx"),
            (uint)Of("shmwifi.ring.used", "ring", "rx"),
            (uint)Of("shmwifi.ring.size", "ring", "rx"),
            ClockErrorUs(name))
        {
            Kind = identity["kind"],
            Path = identity["path"] is { Length: > 0 } path ? path : null,
            Retries = Counter("retries"),
            LostOnAir = Counter("lost_on_air"),
            NoRoom = Counter("no_room"),
        };
    }

    private double? ClockErrorUs(string vm) => Series("shmwifi.vm.clock.error")
        .Where(s => s.Tags["vm"] == vm)
        .Select(s => (double?)s.Value)
        .FirstOrDefault();

    /// <summary>Counters of a pair outlive its VMs in the listener; the VMs that are there tell which count.</summary>
    private List<LatencySnapshot> Latency(List<VmSnapshot> vms)
    {
        HashSet<string> present = [.. vms.Select(v => v.Name)];
        var frames = Series("shmwifi.latency.frames").ToDictionary(s => (s.Tags["from"], s.Tags["to"]), s => (ulong)s.Value);
        return [.. Series("shmwifi.latency")
            .Where(s => present.Contains(s.Tags["from"]) && present.Contains(s.Tags["to"]))
            .GroupBy(s => (From: s.Tags["from"], To: s.Tags["to"]))
            .Select(pair =>
            {
                var hops = pair.GroupBy(s => s.Tags["hop"], StringComparer.Ordinal)
                    .ToDictionary(hop => hop.Key, hop => Quantiles(pair.Key, hop), StringComparer.Ordinal);
                hops.Remove("total", out var total);
                return new LatencySnapshot(
                    pair.Key.From,
                    pair.Key.To,
                    frames.GetValueOrDefault(pair.Key),
                    total ?? new LatencyQuantiles(0, 0, 0, 0),
                    hops,
                    ClockErrorUs(pair.Key.From) + ClockErrorUs(pair.Key.To));
            })
            .OrderBy(l => l.From, StringComparer.Ordinal)
            .ThenBy(l => l.To, StringComparer.Ordinal)];
    }

    private LatencyQuantiles Quantiles((string From, string To) pair, IGrouping<string, (Dictionary<string, string> Tags, double Value)> hop)
    {
        ulong Count(string name) => (ulong)Series($"shmwifi.latency.{name}")
            .Single(s => s.Tags["from"] == pair.From && s.Tags["to"] == pair.To && s.Tags["hop"] == hop.Key).Value;
        var us = hop.ToDictionary(s => s.Tags["quantile"], s => s.Value, StringComparer.Ordinal);
        return new LatencyQuantiles(us.GetValueOrDefault("0.5"), us.GetValueOrDefault("0.99"), us.GetValueOrDefault("0.999"),
            us.GetValueOrDefault("1"))
        {
            Negative = Count("negative"),
            Missed = Count("missed"),
        };
    }

    private double Single(string instrument) => _instruments.TryGetValue(instrument, out var series) ? series.Values.FirstOrDefault() : 0;

    private IEnumerable<(Dictionary<string, string> Tags, double Value)> Series(string instrument) =>
        _instruments.TryGetValue(instrument, out var series)
            ? series.Select(s =>
                (s.Key.Split(',').Select(tag => tag.Split('=', 2)).ToDictionary(t => t[0], t => t[1], StringComparer.Ordinal), s.Value))
            : [];
}
