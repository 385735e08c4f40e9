namespace ShmWifi.Lab.Topologies;

/// <summary>The kernels that qemu/guest-image makes guests with.</summary>
internal static class GuestKernels
{
    /// <summary>Their series: Debian's kernels, those that build-debug-kernel makes of their sources, and suites with their newest ones.</summary>
    public static readonly string[] Series = ["6.1", "6.12", "6.1-debug", "6.12-debug", "trixie-backports", "sid"];
}
