namespace ShmWifi.Lab.Topologies;

/// <summary>The kernels that qemu/guest-image makes guests with.</summary>
internal static class GuestKernels
{
    /// <summary>Their series: Debian's kernels, those that build-debug-kernel makes of their sources, and suites with their newest ones.</summary>
    public static readonly string[] Series = ["6.1", "6.12", "6.1-debug", "6.12-debug", "trixie-backports", "sid"];

    /// <summary>Those that there are for arm64, too: Debian's 6.1 has no CONFIG_ZONE_DEVICE there.</summary>
    public static readonly string[] Arm64Series = ["6.12"];

    /// <summary>Those that build-uml-kernel makes User-Mode-Linux of.</summary>
    public static readonly string[] UmlSeries = ["6.1", "6.12"];
}
