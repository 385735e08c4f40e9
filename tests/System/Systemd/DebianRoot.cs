using ShmWifi.Lab;
using ShmWifi.Lab.Processes;

namespace ShmWifi.Tests.System.Systemd;

/// <summary>A folder with a Debian of a suite whose init is systemd.</summary>
internal static class DebianRoot
{
    /// <summary>Makes it by mmdebstrap(1), once for the same packages.</summary>
    /// <param name="suite">Of Debian: bookworm, trixie.</param>
    /// <param name="name">Of what is in it.</param>
    /// <param name="packages">What else is, with commas between.</param>
    /// <returns>The folder.</returns>
    public static string Make(string suite, string name = "systemd", string packages = "")
    {
        string root = Path.Combine(Checkout.Cache, "roots", $"{name}-{suite}");
        string made = $"{root}.packages";
        if (File.Exists(made) && File.ReadAllText(made) == packages)
            return root;
        HostCommand.Run("bash", "-euc", """
            . "$1/qemu/guest-image/lib.sh"
            lock "$cache/roots"
            rm -rf "$3.new" "$3" "$3.packages"
            mirror=$(debian_mirror)
            mmdebstrap --quiet --variant=minbase --include="systemd-sysv,dbus,kmod,$4" --aptopt='Acquire::Check-Valid-Until "false"' "$2" "$3.new" \
                "deb $mirror $2 main" >&2
            mv "$3.new" "$3"
            printf %s "$4" >"$3.packages"
            """, "bash", Checkout.Root, suite, root, packages);
        return root;
    }
}
