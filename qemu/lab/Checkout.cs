namespace ShmWifi.Lab;

/// <summary>Where the parts of the project lie on this machine.</summary>
internal static class Checkout
{
    /// <summary>The folder of ShmWifi.sln, found upwards from this assembly.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Downloads and builds that survive: <c>$SHMWIFI_CACHE</c>, or .cache in the checkout.</summary>
    public static string Cache { get; } = Environment.GetEnvironmentVariable("SHMWIFI_CACHE") is { Length: > 0 } cache
        ? Path.GetFullPath(cache)
        : Path.Combine(Root, ".cache");

    /// <summary>State of running labs, a folder each.</summary>
    public static string Run => Path.Combine(Root, "run");

    /// <summary>The end of the name of a guest for arm64.</summary>
    public const string Arm64 = "-arm64";

    /// <summary>The end of the name of a guest for User-Mode-Linux.</summary>
    public const string Uml = "-uml";

    /// <summary>The kernel of a guest; throws when the set-up has not made it.</summary>
    /// <param name="guest">One of <see cref="Topologies.GuestKernels.Series"/>, or a VM's <see cref="Topologies.VmSpec.Guest"/>.</param>
    public static string Kernel(string guest) => OfImage(guest, guest.EndsWith(Uml, StringComparison.Ordinal) ? "linux" : "vmlinux");

    /// <summary>A guest's initramfs; throws when the set-up has not made it.</summary>
    /// <param name="guest">As for <see cref="Kernel"/>.</param>
    public static string Initramfs(string guest) => OfImage(guest, "initramfs");

    /// <summary>The daemon's assembly; throws when it has not been built.</summary>
    public static string Medium => Required(Path.Combine(Root, "host/ShmMedium/bin/Release/net10.0/shm-medium.dll"));

    /// <summary>Debian's nats-server; throws when the set-up has not unpacked it.</summary>
    public static string NatsServer => Required(Path.Combine(Cache, "nats-server/usr/sbin/nats-server"), "setup --nats");

    private static string OfImage(string guest, string file) => Required(
        Path.Combine(Cache, "image", guest, file),
        guest.EndsWith(Arm64, StringComparison.Ordinal) ? "setup --architecture arm64"
            : guest.EndsWith(Uml, StringComparison.Ordinal) ? $"setup --hypervisor uml --kernel {guest[..^Uml.Length]}"
            : "setup");

    private static string Required(string path, string setup = "setup") =>
        File.Exists(path) ? path : throw new LabException($"{path} is missing: run './shmwifi {setup}' first");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ShmWifi.sln")))
                return folder.FullName;
        }

        throw new LabException($"no ShmWifi.sln above {AppContext.BaseDirectory}: the lab runs from a checkout");
    }
}
