using ShmWifi.Dot11;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Telemetry;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ShmWifi.ShmMedium.Terminal;

/// <summary>What happens now, as tables: VMs with their rates, rings and drops; radios; latency by pair and hop.</summary>
internal sealed class SummaryView(VmColors colors)
{
    private MediumSnapshot? _before;
    private long _beforeNs;

    /// <summary>The tables of a snapshot; rates are those since the one before.</summary>
    /// <param name="nowNs">When it was taken, CLOCK_MONOTONIC ns.</param>
    /// <param name="footer">What stands below.</param>
    public IRenderable Render(MediumSnapshot now, long nowNs, IEnumerable<string> footer)
    {
        double seconds = _before is null ? 0 : (nowNs - _beforeNs) / 1e9;
        var parts = new List<IRenderable> { VmTable(now, seconds), RadioTable(now) };
        if (now.Latency.Count != 0)
            parts.Add(LatencyTable(now.Latency, colors));
        parts.AddRange(footer.Select(line => new Text(line)));
        (_before, _beforeNs) = (now, nowNs);
        return new Rows(parts);
    }

    /// <summary>The latency of all pairs, whole and by hop.</summary>
    internal static Table LatencyTable(IReadOnlyList<LatencySnapshot> latency, VmColors colors)
    {
        var table = NewTable("latency, µs", "frames", "p50", "p99", "p99.9", "max", "guest>host p50/p99", "in host p50/p99", "host>guest p50/p99",
            "clock error");
        foreach (var pair in latency)
        {
            table.AddRow(
                new Markup($"{Colored(pair.From, colors)} > {Colored(pair.To, colors)}"),
                new Text($"{pair.Frames}"),
                new Text(Us(pair.Us.P50)),
                new Text(Us(pair.Us.P99)),
                new Text(Us(pair.Us.P999)),
                new Text(Us(pair.Us.Max)),
                new Text(HopText(pair, "guestToHost")),
                new Text(HopText(pair, "inHost")),
                new Text(HopText(pair, "hostToGuest")),
                new Text(pair.ClockErrorUs is { } error ? $"±{Us(error)}" : "not synced"));
        }
        return table;
    }

    /// <summary>An empty table: first column to the left, the others to the right.</summary>
    internal static Table NewTable(params ReadOnlySpan<string> columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        for (int i = 0; i < columns.Length; i++)
        {
            var column = new TableColumn(new Markup($"[bold]{Markup.Escape(columns[i])}[/]")) { NoWrap = i == 0 };
            table.AddColumn(i == 0 ? column : column.RightAligned());
        }
        return table;
    }

    /// <summary>A VM's name in its colour, as Spectre's markup.</summary>
    internal static string Colored(string vm, VmColors colors) => $"[{Color.FromInt32(colors.Of(vm)).ToMarkup()}]{Markup.Escape(vm)}[/]";

    /// <summary>"rxRingFull 3, invalid 1", or "0".</summary>
    internal static string DropText(IReadOnlyDictionary<string, ulong> drops)
    {
        string text = string.Join(", ", drops.Where(d => d.Value != 0).Select(d => $"{d.Key} {d.Value}"));
        return text.Length == 0 ? "0" : text;
    }

    /// <summary>How often the engine changed, and the latest time; null: never.</summary>
    internal static string? RestartText(MediumSnapshot snapshot) => snapshot.Restarts is [.., var last]
        ? $"{last.Number} restart{(last.Number == 1 ? "" : "s")} of the engine; the latest at {last.At:yyyy-MM-dd HH:mm:ss}, "
            + $"nobody served for {last.GapMs:0} ms: {last.Reason}{(last.LastEvents is { } file ? $" (its last events: {file})" : "")}"
        : null;

    /// <summary>A quotient with two digits; "-" when there is nothing to divide by.</summary>
    internal static string PerFrame(ulong value, ulong frames) => frames == 0 ? "-" : $"{(double)value / frames:0.00}";

    private Table VmTable(MediumSnapshot now, double seconds)
    {
        var table = NewTable(
            "VM", "state", "TX frames/s", "TX Mbit/s", "RX frames/s", "RX Mbit/s", "TX slots held", "RX outstanding", "drops", "doorbells/frame");
        foreach (var vm in now.Vms)
        {
            // Counters that went back are those of another attachment: peer IDs are used again.
            var before = _before?.Vms.FirstOrDefault(v =>
                v.Name == vm.Name && v.PeerId == vm.PeerId && v.TxFrames <= vm.TxFrames && v.RxFrames <= vm.RxFrames);
            string Rate(Func<VmSnapshot, ulong> value, double scale, string format) =>
                before is null || seconds <= 0 ? "-" : ((value(vm) - (double)value(before)) * scale / seconds).ToString(format);
            table.AddRow(
                new Markup(Colored(vm.Name, colors)),
                new Markup(vm.State.StartsWith("faulted", StringComparison.Ordinal) ? $"[red]{Markup.Escape(vm.State)}[/]" : Markup.Escape(vm.State)),
                new Text(Rate(v => v.TxFrames, 1, "0")),
                new Text(Rate(v => v.TxBytes, 8e-6, "0.00")),
                new Text(Rate(v => v.RxFrames, 1, "0")),
                new Text(Rate(v => v.RxBytes, 8e-6, "0.00")),
                new Text($"{vm.TxSlotsHeld} of {vm.TxSlots}"),
                new Text($"{vm.RxOutstanding} of {vm.RxDescriptors}"),
                new Text(DropText(vm.Drops)),
                new Text(PerFrame(vm.Doorbells + vm.GuestDoorbells, vm.TxFrames + vm.RxFrames)));
        }
        return table;
    }

    private Table RadioTable(MediumSnapshot now)
    {
        var table = NewTable("radio", "channel", "addresses");
        table.Columns[2].LeftAligned();
        foreach (var vm in now.Vms)
        {
            foreach (var radio in vm.Radios)
            {
                string channel = Channel.TryFromFrequency((int)radio.FreqMhz, out var known) ? known.ToString() : "-";
                string monitor = radio.IsMonitor ? " monitor" : "";
                table.AddRow(
                    new Markup($"{Colored(vm.Name, colors)}/{Markup.Escape(radio.Name)}"),
                    new Text(channel),
                    new Text(string.Join(' ', radio.Addresses) + monitor));
            }
        }
        return table;
    }

    private static string HopText(LatencySnapshot pair, string hop) =>
        pair.Hops.TryGetValue(hop, out var us) ? $"{Us(us.P50)}/{Us(us.P99)}" : "-";

    private static string Us(double us) => us < 100 ? $"{us:0.0}" : $"{us:0}";
}
