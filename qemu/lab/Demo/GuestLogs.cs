using System.Text.RegularExpressions;
using ShmWifi.Lab.Qemu;

namespace ShmWifi.Lab.Demo;

/// <summary>The logs of the guests: fetched into the lab's folder, and searched for lost links.</summary>
internal static partial class GuestLogs
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Writes the kernel's log and those of hostapd, wpa_supplicant and shm-injector beside the VM's serial log.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Lines that tell of a lost link, each with its file.</returns>
    public static async Task<IReadOnlyList<string>> CollectAsync(VirtualMachine vm, CancellationToken cancellation)
    {
        var list = await vm.Guest.RunAsync("listing logs", "cd /run && ls | grep '[.]log$' || true", Limit, cancellation);
        var found = new List<string>();
        foreach (var log in list.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            found.AddRange(await FetchAsync(vm, log, $"cat /run/{log}", cancellation));
        found.AddRange(await FetchAsync(vm, "dmesg.log", "dmesg", cancellation));
        return found;
    }

    /// <summary>Whether a line of a log tells of a link that was lost or of a peer that did not answer in time.</summary>
    /// <param name="line">The line.</param>
    internal static bool TellsOfLostLink(string line) => LostLink().IsMatch(line);

    private static async Task<IEnumerable<string>> FetchAsync(VirtualMachine vm, string name, string command, CancellationToken cancellation)
    {
        var text = await vm.Guest.RunAsync($"fetching {name}", command, Limit, cancellation);
        var path = Path.Combine(vm.Folder, name);
        await File.WriteAllTextAsync(path, text, cancellation);
        return text.Split('\n').Where(TellsOfLostLink).Select(line => $"{path}: {line}");
    }

    [GeneratedRegex("deauth|disassoc|CTRL-EVENT-DISCONNECTED|timed out", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex LostLink();
}
