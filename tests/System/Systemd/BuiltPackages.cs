using ShmWifi.Lab;
using ShmWifi.Lab.Processes;

namespace ShmWifi.Tests.System.Systemd;

/// <summary>What <c>./shmwifi package</c> makes of this checkout, once, and the same daemon with a lower version.</summary>
internal static class BuiltPackages
{
    /// <summary>The version of the daemon in <c>older/</c>.</summary>
    public const string Older = "0.0.1";

    private static readonly Lazy<string> s_folder = new(Build);

    /// <summary>The folder that they are in.</summary>
    public static string Folder => s_folder.Value;

    /// <summary>The version that they have.</summary>
    public static string Version { get; } = HostCommand.Run("sed", "-n", "s/.*<Version>\\(.*\\)<.*/\\1/p",
        Path.Combine(Checkout.Root, "Directory.Build.props")).Output.Trim();

    /// <summary>dpkg's name of this machine's architecture.</summary>
    public static string Architecture { get; } = HostCommand.Run("dpkg", "--print-architecture").Output.Trim();

    private static string Build()
    {
        string folder = Path.Combine(Checkout.Cache, "package/tested");
        HostCommand.Run("bash", "-euc", """
            "$1/shmwifi" package --output "$2" >&2
            older=$(mktemp -d)
            dpkg-deb --raw-extract "$2/shmwifi_$3_$5.deb" "$older"
            sed -i "s/^Version: .*/Version: $4/" "$older/DEBIAN/control"
            mkdir -p "$2/older"
            dpkg-deb --build -Zgzip -z1 "$older" "$2/older/shmwifi_$4_$5.deb" >&2
            rm -rf "$older"
            """, "bash", Checkout.Root, folder, Version, Older, Architecture);
        return folder;
    }
}
