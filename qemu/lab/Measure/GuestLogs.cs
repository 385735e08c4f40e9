using System.Text.RegularExpressions;
using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Lab.Measure;

/// <summary>The logs of a guest: fetched into its VM's folder, and searched.</summary>
/// <param name="LostLinks">Lines that tell of a link that was lost or of a peer that did not answer in time, each with its file.</param>
/// <param name="Complaints">Lines that the kernel's log must not have, each with its file.</param>
internal sealed partial record GuestLogs(IReadOnlyList<string> LostLinks, IReadOnlyList<string> Complaints)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Writes the kernel's log and those of hostapd, wpa_supplicant and shm-injector
    /// beside the VM's serial log; and which processes run, and what the
    /// module counted where it moves the frames.
    /// </summary>
    public static async Task<GuestLogs> CollectAsync(VirtualMachine vm, CancellationToken cancellation)
    {
        string list = await vm.Guest.RunAsync("listing logs", "cd /run && ls | grep '[.]log$' || true", Limit, cancellation);
        var lostLinks = new List<string>();
        foreach (string log in list.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            lostLinks.AddRange(LostLinksIn(await FetchAsync(vm, log, $"cat /run/{log}", cancellation)));
        var kernel = await FetchAsync(vm, "dmesg.log", "dmesg", cancellation);
        lostLinks.AddRange(LostLinksIn(kernel));
        await FetchAsync(vm, "processes.txt", "ps -o pid,args", cancellation);
        if (vm.Spec is { Radios: > 0, Path: FramePath.Kernel })
            await FetchAsync(vm, "statistics.txt", $"cat {ModuleStatistics.Files}", cancellation);
        return new GuestLogs(lostLinks, [.. KernelLog.Complaints(kernel.Text).Select(line => $"{kernel.File}: {line}")]);
    }

    /// <summary>Whether a line of a log tells of a link that was lost or of a peer that did not answer in time.</summary>
    internal static bool TellsOfLostLink(string line) => LostLink().IsMatch(line);

    private static IEnumerable<string> LostLinksIn((string File, string Text) log) =>
        log.Text.Split('\n').Where(TellsOfLostLink).Select(line => $"{log.File}: {line}");

    private static async Task<(string File, string Text)> FetchAsync(VirtualMachine vm, string name, string command, CancellationToken cancellation)
    {
        string text = await vm.Guest.RunAsync($"fetching {name}", command, Limit, cancellation);
        string file = Path.Combine(vm.Folder, name);
        await File.WriteAllTextAsync(file, text, cancellation);
        return (file, text);
    }

    [GeneratedRegex("deauth|disassoc|CTRL-EVENT-DISCONNECTED|timed out", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex LostLink();
}
