using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Telemetry;
using Spectre.Console;

namespace ShmWifi.ShmMedium.Terminal;

/// <summary>What was done from start to end, as tables: printed when the daemon ends.</summary>
internal static class TotalsView
{
    /// <summary>Writes the totals.</summary>
    public static void Write(IAnsiConsole console, MediumSnapshot totals, VmColors colors)
    {
        var medium = totals.Medium;
        var vms = SummaryView.NewTable(
            "VM", "TX frames", "TX MB", "RX frames", "RX MB", "acked", "not acked", "drops", "doorbells/frame", "copied MB");
        foreach (var vm in totals.Vms)
        {
            vms.AddRow(
                new Markup(SummaryView.Colored(vm.Name, colors)),
                new Text($"{vm.TxFrames}"),
                new Text(Megabytes(vm.TxBytes)),
                new Text($"{vm.RxFrames}"),
                new Text(Megabytes(vm.RxBytes)),
                new Text($"{vm.Acked}"),
                new Text($"{vm.NotAcked}"),
                new Text(SummaryView.DropText(vm.Drops)),
                new Text(SummaryView.PerFrame(vm.Doorbells + vm.GuestDoorbells, vm.TxFrames + vm.RxFrames)),
                new Text(Megabytes(vm.CopiedBytes)));
        }
        console.Write(vms);
        if (totals.Latency.Count != 0)
            console.Write(SummaryView.LatencyTable(totals.Latency, colors));
        console.WriteLine($"All VMs, also those that went: {medium.Frames} frames ({Megabytes(medium.Bytes)} MB), {medium.Delivered} delivered, "
            + $"{medium.Dropped} dropped");
        console.WriteLine(
            $"{medium.DoorbellsPerFrame:0.00} doorbells a frame ({medium.DoorbellsSuppressed} suppressed), {medium.PayloadBytesCopied} payload "
                + $"bytes copied, "
            + $"{medium.AllocatedBytesPerFrame:0.##} bytes allocated a frame, the engine slept {medium.Sleeps} times");
        if (SummaryView.RestartText(totals) is { } restarts)
            console.WriteLine(restarts);
        if (totals.Capture is { } capture)
        {
            string stopped = capture.Stopped is null ? "" : $"; it stopped early: {capture.Stopped}";
            string why = string.Join(", ", capture.LeftOut.Where(one => one.Value != 0).Select(one => $"{one.Key} {one.Value}"));
            string files = capture.Files > 1 ? $" in {capture.Files} files" : "";
            console.WriteLine($"Capture {capture.File}: {capture.Frames} frames{files}, {capture.Lost} left out"
                + $"{(why.Length == 0 ? "" : $" ({why})")}{stopped}");
        }
        if (totals.FrameLog is { } log)
            console.WriteLine($"Lines about frames: {log.Frames} frames read, {log.Lost} left out");
    }

    private static string Megabytes(ulong bytes) => $"{bytes / 1e6:0.00}";
}
