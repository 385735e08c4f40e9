using System.Text.RegularExpressions;

namespace ShmWifi.Lab.Guest;

/// <summary>What in a guest's kernel log must not be there.</summary>
internal static partial class KernelLog
{
    /// <summary>Lines of splats and of taint, except for what the kernel says of any module that Debian has not built and signed.</summary>
    public static IReadOnlyList<string> Complaints(string log) =>
        [.. log.Split('\n').Where(line => Complaint().IsMatch(line) && !NotDebians().IsMatch(line))];

    [GeneratedRegex(
        "WARNING:|BUG:|BUG at|Oops:|Call Trace:|general protection fault|blocked for more than|Kernel "
            + "panic|taint|UBSAN:|DEBUG_LOCKS_WARN_ON|lockdep is turned off"
        + @"|detected stalls|self-detected stall|kmemleak: \d+ new suspected",
        RegexOptions.None,
        1000)]
    private static partial Regex Complaint();

    // Source: linux kernel/module/main.c
    [GeneratedRegex(@"shmwifi: (?:loading out-of-tree module taints kernel\.|"
        + @"module verification failed: signature and/or required key missing - tainting kernel)$", RegexOptions.None, 1000)]
    private static partial Regex NotDebians();
}
