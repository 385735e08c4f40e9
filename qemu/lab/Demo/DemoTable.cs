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
        AnsiConsole.MarkupLineInterpolated($"[bold]ShmWifi[/]: Linux {report.Kernel} guests, {report.Accel ?? "?"}, {report.Isolation}, {options.Security.ToString().ToLowerInvariant()}");
        AnsiConsole.Write(Stations(report));
        AnsiConsole.Write(RoundTrips(report));
        AnsiConsole.Write(Throughput(report));
        if (hops.Count > 0)
            AnsiConsole.Write(Lag(hops));
        if (report.Medium is { } medium)
        {
            AnsiConsole.MarkupLineInterpolated($"medium: {medium.Frames} frames, {medium.Delivered} delivered, {medium.Dropped} dropped, {medium.DoorbellsPerFrame:0.00} doorbells a frame, {medium.PayloadBytesCopied} payload bytes copied, {medium.AllocatedBytesPerFrame:0.##} bytes allocated a frame");
        }

        Console.WriteLine($"capture: {report.Capture}");
        if (problems.Count == 0)
            AnsiConsole.MarkupLine("[green]all stations associated, no ping lost, no link lost, capture sound[/]");
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
