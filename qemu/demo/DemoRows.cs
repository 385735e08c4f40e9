using System.Globalization;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Report;

namespace ShmWifi.Demo;

/// <summary>The figures of a demo as rows of a report.</summary>
internal static class DemoRows
{
    private const double BackLimitMs = 2000; // of stations elsewhere, after the NATS server

    /// <summary>All of them; NaN where nothing was measured.</summary>
    public static IReadOnlyList<Row> Of(DemoFigures figures) =>
    [
        .. figures.Stations.Select(Association),
        .. RoundTrips(figures),
        .. Throughput(figures),
        .. figures.Latency.SelectMany(Latency),
        .. figures.Guests.SelectMany(Guest),
        .. figures.Reloads is { } reloads ? Reloads(reloads) : [],
        .. figures.Outage is { } outage ? Outage(outage) : [],
        .. figures.Media.SelectMany(Medium),
    ];

    private static Row Association(StationFigures station) =>
        Row.Told("association", $"{station.Name}, {station.Security ?? "none"}", "ms", station.AssociationMs
            ?? double.NaN) with
        { Limit = "associated", Met = station.AssociationMs is not null };

    private static IEnumerable<Row> RoundTrips(DemoFigures figures)
    {
        const string Group = "ping, beside the wired floor";
        foreach (var ping in figures.Ping)
        {
            string pair = $"{ping.From} → {ping.To}";
            foreach (var row in (Row[])[.. Counts(Group, pair, ping), .. Quantiles(Group, pair, ping.RttMs, figures.Wired.RttMs)])
                yield return row;
        }
        foreach (var row in (Row[])[.. Quantiles(Group, "wired floor", figures.Wired.RttMs, null),
            .. Quantiles(Group, "in-kernel floor", figures.InKernel.RttMs, figures.Wired.RttMs)])
            yield return row;
    }

    private static Row[] Counts(string group, string figure, PingFigures ping) =>
    [
        Row.Told(group, figure, "1", ping.Sent) with { Part = "sent" },
        Row.Within(group, figure, "1", ping.Sent - ping.Received, null, 0) with { Part = "lost" },
    ];

    private static IEnumerable<Row> Quantiles(string group, string figure, RttSummary? rtt, RttSummary? baseline)
    {
        yield return Compared(group, figure, "ms", rtt?.P50, baseline?.P50) with { Part = "p50" };
        yield return Compared(group, figure, "ms", rtt?.P90, baseline?.P90) with { Part = "p90" };
        yield return Compared(group, figure, "ms", rtt?.P99, baseline?.P99) with { Part = "p99" };
        yield return Compared(group, figure, "ms", rtt?.Max, baseline?.Max) with { Part = "max" };
    }

    private static IEnumerable<Row> Throughput(DemoFigures figures)
    {
        const string Group = "TCP, beside the in-kernel floor";
        foreach (var tcp in figures.Tcp)
            yield return Compared(Group, $"{tcp.From} → {tcp.To}", "Mbit/s", tcp.Mbps, figures.InKernel.TcpMbps);
        yield return Compared(Group, "wired floor", "Mbit/s", figures.Wired.TcpMbps, figures.InKernel.TcpMbps);
        yield return Compared(Group, "in-kernel floor", "Mbit/s", figures.InKernel.TcpMbps, null);
    }

    private static IEnumerable<Row> Latency(LinkLatency link)
    {
        const string Group = "one-way latency";
        foreach ((string figure, var us) in (IEnumerable<(string, LatencyQuantiles)>)
            [($"{link.From} → {link.To}", link.Us), .. (link.Hops ?? new Dictionary<string, LatencyQuantiles>(StringComparer.Ordinal))
                .Select(hop => ($"{link.From} → {link.To}: {hop.Key}", hop.Value))])
        {
            yield return Part(Group, figure, "p50", "µs", us.P50);
            yield return Part(Group, figure, "p99", "µs", us.P99);
            yield return Part(Group, figure, "p99.9", "µs", us.P999);
            yield return Part(Group, figure, "max", "µs", us.Max);
            if (us == link.Us)
                yield return Part(Group, figure, "± clock", "µs", link.ClockErrorUs);
        }
    }

    private static IEnumerable<Row> Guest(GuestFigures guest)
    {
        const string Group = "guests";
        string figure = $"{guest.Name}, path: {guest.Path ?? "none"}";
        yield return Part(Group, figure, "frames sent", "1", guest.TxFrames);
        yield return Part(Group, figure, "dropped", "1", guest.TxDropped);
        yield return Part(Group, figure, "received", "1", guest.RxFrames);
        yield return Part(Group, figure, "doorbells", "1", guest.Doorbells);
    }

    private static IEnumerable<Row> Reloads(ReloadReport reloads)
    {
        string group = $"{reloads.BackMs.Count} reloads of {reloads.Station}'s module";
        for (int i = 0; i < reloads.BackMs.Count; i++)
            yield return Row.Told(group, $"back after reload {i + 1}", "ms", reloads.BackMs[i]);
        foreach (var tcp in reloads.Tcp)
            yield return Row.Told(group, $"TCP {tcp.From} → {tcp.To}, mean", "Mbit/s", tcp.Mbps);
        (var first, var last) = reloads.Memory;
        foreach ((string what, long from, long to) in ((string, long, long)[])
        [
            ("its kernel's memory", first.KernelKib, last.KernelKib),
            ("its kernel's slabs that stay", first.UnreclaimableKib, last.UnreclaimableKib),
            ("its kernel's whole pages", first.PagesKib, last.PagesKib),
            ("its kernel's memory for each CPU", first.PercpuKib, last.PercpuKib),
            ("its available memory", first.AvailableKib, last.AvailableKib),
            ("shm-medium's memory", reloads.DaemonKib.First, reloads.DaemonKib.Last),
        ])
            yield return Compared(group, $"{what} after the last, beside the first", "KiB", to, from);
    }

    private static IEnumerable<Row> Outage(OutageReport outage)
    {
        string group = string.Create(CultureInfo.InvariantCulture, $"nats-server killed, and back after {outage.Away.TotalSeconds} s");
        return
        [
            .. outage.Local.SelectMany(ping => Counts(group, $"{ping.From} → {ping.To}, on one host", ping)),
            .. outage.Back.Select(station =>
                Row.Within(group, $"{station.Name}, on another host", "ms", station.Ms, null, BackLimitMs) with { Part = "back after" }),
        ];
    }

    private static IEnumerable<Row> Medium(HostTotals host)
    {
        string group = host.Host is null ? "medium" : $"medium, host {host.Host}";
        var totals = host.Totals;
        yield return Row.Told(group, "frames", "1", totals.Frames ?? double.NaN);
        yield return Row.Told(group, "delivered", "1", totals.Delivered ?? double.NaN);
        yield return Row.Told(group, "dropped", "1", totals.Dropped ?? double.NaN);
        yield return Row.Told(group, "doorbells a frame", "1", totals.DoorbellsPerFrame ?? double.NaN);
        yield return Row.Told(group, "payload copied", "B", totals.PayloadBytesCopied ?? double.NaN);
        yield return Row.Told(group, "allocated a frame", "B", totals.AllocatedBytesPerFrame ?? double.NaN);
    }

    private static Row Part(string group, string figure, string part, string unit, double? value) =>
        Row.Told(group, figure, unit, value ?? double.NaN) with { Part = part };

    private static Row Compared(string group, string figure, string unit, double? value, double? baseline) =>
        Row.Told(group, figure, unit, value ?? double.NaN) with { Baseline = baseline, Ratio = value / baseline };
}
