using System.Globalization;
using System.Text.RegularExpressions;

namespace ShmWifi.Lab.Measure;

/// <summary>Memory that a process holds, without the region that it maps; of pages that it shares with others its share, so that those of a program's
/// processes add up.</summary>
/// <remarks>
/// From /proc/PID/smaps, since the sums in /proc/PID/status cannot tell: what is mapped through UIO counts as RssFile there, and so do the
/// program's own pages, or as RssShmem when its file lies on tmpfs, as in the guest.
/// </remarks>
internal static partial class ResidentMemory
{
    /// <summary>Sums up what is resident.</summary>
    /// <param name="smaps">/proc/PID/smaps of the daemon or of an injector.</param>
    /// <returns>Bytes.</returns>
    public static long Read(string smaps)
    {
        long kibibytes = 0L;
        bool counts = false;
        foreach (string line in smaps.Split('\n'))
        {
            if (Mapping().Match(line) is { Success: true } mapping)
                counts = !IsRegion(mapping.Groups["name"].Value);
            else if (counts && Pss().Match(line) is { Success: true } pss)
                kibibytes += long.Parse(pss.Groups["kb"].Value, CultureInfo.InvariantCulture);
        }

        return kibibytes * 1024;
    }

    private static bool IsRegion(string mapping) =>
        mapping.StartsWith("/memfd:shmwifi", StringComparison.Ordinal) || mapping.StartsWith("/dev/uio", StringComparison.Ordinal);

    [GeneratedRegex(@"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(?<name>.*)$", RegexOptions.None, 1000)]
    private static partial Regex Mapping();

    [GeneratedRegex(@"^Pss: +(?<kb>\d+) kB$", RegexOptions.None, 1000)]
    private static partial Regex Pss();
}
