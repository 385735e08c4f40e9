using System.Globalization;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using Spectre.Console;

namespace ShmWifi.Lab.Demo;

/// <summary>The figures of a demo, for a person.</summary>
internal static class DemoTable
{
    /// <summary>Prints the figures.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="report">What was measured.</param>
    /// <param name="hops">The parts of each link's lag.</param>
    /// <param name="problems">What went wrong; the verdict.</param>
    public static void Print(DemoOptions options, DemoReport report, IReadOnlyList<LinkLag> hops, IReadOnlyList<string> problems)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLineInterpolated($"[bold]ShmWifi[/]: Linux {report.Kernel} guests, {report.Accel ?? "?"}, {report.Path} path, {report.Isolation}, {options.Security.ToString().ToLowerInvariant()}");
        AnsiConsole.Write(Stations(report));
        AnsiConsole.Write(RoundTrips(report));
        AnsiConsole.Write(Throughput(report));
        if (hops.Count > 0)
            AnsiConsole.Write(Lag(hops));
        if (report.Guests.Count > 0)
            AnsiConsole.Write(Guests(report));
        if (report.Reloads is { } reloads)
            AnsiConsole.Write(Reloads(reloads));
        if (report.Medium is { } medium)
        {
            AnsiConsole.MarkupLineInterpolated($"medium: {medium.Frames} frames, {medium.Delivered} delivered, {medium.Dropped} dropped, {medium.DoorbellsPerFrame:0.00} doorbells a frame, {medium.PayloadBytesCopied} payload bytes copied, {medium.AllocatedBytesPerFrame:0.##} bytes allocated a frame");
        }

        Console.WriteLine($"capture: {report.Capture}");
        if (problems.Count == 0)
            AnsiConsole.MarkupLine("[green]all stations associated, no ping lost, no link lost, no kernel complains, capture sound[/]");
        foreach (var problem in problems)
            AnsiConsole.MarkupLineInterpolated($"[red]problem:[/] {problem}");
    }

    private static Table Stations(DemoReport report)
    {
        var table = NewTable("station", "associated", "after ms", "security");
        foreach (var station in report.Stations)
            table.AddRow(station.Name, station.Associated ? "yes" : "[red]no[/]", Number(station.AssociationMs, "0"), station.Security ?? "-");
        return table;
    }

    private static Table RoundTrips(DemoReport report)
    {
        var table = NewTable("ping", "sent", "lost", "p50 ms", "p90", "p99", "max", "p50 / wired");
        var wired = report.Floor.Wired?.RttMs;
        foreach (var ping in report.Ping)
            AddRoundTrips(table, $"{ping.From} → {ping.To}", $"{ping.Sent}", $"{ping.Sent - ping.Received}", ping.RttMs, wired);
        AddRoundTrips(table, "wired floor", "", "", wired, wired);
        AddRoundTrips(table, "in-kernel floor", "", "", report.Floor.InKernel?.RttMs, wired);
        return table;
    }

    private static void AddRoundTrips(Table table, string name, string sent, string lost, RttSummary? rtt, RttSummary? wired) => table.AddRow(
        name, sent, lost, Number(rtt?.P50), Number(rtt?.P90), Number(rtt?.P99), Number(rtt?.Max), Number(rtt?.P50 / wired?.P50));

    private static Table Throughput(DemoReport report)
    {
        var table = NewTable("TCP", "Mbit/s", "% of in-kernel");
        var floor = report.Floor.InKernel?.TcpMbps;
        foreach (var tcp in report.Tcp)
            table.AddRow($"{tcp.From} → {tcp.To}", Number(tcp.Mbps, "0.0"), Number(100 * tcp.Mbps / floor, "0"));
        table.AddRow("wired floor", Number(report.Floor.Wired?.TcpMbps, "0.0"), Number(100 * report.Floor.Wired?.TcpMbps / floor, "0"));
        table.AddRow("in-kernel floor", Number(floor, "0.0"), Number(100 * floor / floor, "0"));
        return table;
    }

    private static Table Guests(DemoReport report)
    {
        var table = NewTable("guest", "path", "frames sent", "dropped", "heard", "doorbells");
        foreach (var guest in report.Guests)
            table.AddRow(guest.Name, guest.Path ?? "-", $"{guest.TxFrames}", $"{guest.TxDropped}", $"{guest.RxFrames}", $"{guest.Doorbells}");
        return table;
    }

    private static Table Reloads(ReloadReport reloads)
    {
        var table = NewTable($"{reloads.BackMs.Count} reloads of {reloads.Station}'s module", "first", "last", "mean", "max");
        table.AddRow("back after ms", Number(reloads.BackMs[0], "0"), Number(reloads.BackMs[^1], "0"), Number(reloads.BackMs.Average(), "0"), Number(reloads.BackMs.Max(), "0"));
        foreach (var tcp in reloads.Tcp)
            table.AddRow($"TCP {tcp.From} → {tcp.To}, Mbit/s", "", "", Number(tcp.Mbps, "0.0"), "");
        var (first, last) = reloads.Memory;
        AddMemory(table, "its kernel's memory, KiB", first.KernelKib, last.KernelKib);
        AddMemory(table, "  slabs that stay", first.UnreclaimableKib, last.UnreclaimableKib);
        AddMemory(table, "  whole pages", first.PagesKib, last.PagesKib);
        AddMemory(table, "  for each CPU", first.PercpuKib, last.PercpuKib);
        AddMemory(table, "its available memory, KiB", first.AvailableKib, last.AvailableKib);
        AddMemory(table, "shm-medium's memory, KiB", reloads.DaemonKib.First, reloads.DaemonKib.Last);
        return table;
    }

    private static void AddMemory(Table table, string name, long first, long last) => table.AddRow(name, $"{first}", $"{last}", "", "");

    private static Table Lag(IReadOnlyList<LinkLag> links)
    {
        var table = NewTable("one-way lag", "p50 µs", "p99", "p99.9", "max", "± clock");
        foreach (var link in links)
        {
            AddLag(table, $"{link.From} → {link.To}", link.Us, link.ClockErrorUs);
            foreach (var (hop, us) in link.Hops ?? new Dictionary<string, LagQuantiles>(StringComparer.Ordinal))
                AddLag(table, $"  {hop}", us, null);
        }

        return table;
    }

    private static void AddLag(Table table, string name, LagQuantiles us, double? clockErrorUs) => table.AddRow(
        Markup.Escape(name), Number(us.P50, "0"), Number(us.P99, "0"), Number(us.P999, "0"), Number(us.Max, "0"), Number(clockErrorUs, "0"));

    private static Table NewTable(string first, params string[] others)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(first);
        foreach (var other in others)
            table.AddColumn(new TableColumn(other).RightAligned());
        return table;
    }

    private static string Number(double? value, string format = "0.00") => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
