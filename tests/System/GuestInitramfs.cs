using ShmWifi.Lab;
using ShmWifi.Lab.Processes;

namespace ShmWifi.Tests.System;

/// <summary>A guest's initramfs with more files in it.</summary>
/// <remarks>The kernel unpacks initramfs archives that follow one another. Source: linux
/// Documentation/driver-api/early-userspace/buffer-format.rst.</remarks>
internal static class GuestInitramfs
{
    /// <summary>What it is called.</summary>
    public const string FileName = "initramfs";

    /// <summary>Makes it.</summary>
    /// <param name="guest">The guest's kernel as qemu/guest-image/build-image names it.</param>
    /// <param name="folder">Where it comes.</param>
    /// <param name="fill">Puts the files into a folder, which is the guest's root; what links there lead to is in the archive.</param>
    /// <returns>Its path.</returns>
    public static string Make(string guest, string folder, Action<string> fill)
    {
        string tree = Path.Combine(folder, "initramfs.tree");
        string result = Path.Combine(folder, FileName);
        Directory.CreateDirectory(tree);
        fill(tree);
        HostCommand.Run("sh", "-euc", """
            cp "$1" "$2"
            cd "$3" && find -L . | cpio --quiet --create --dereference --format=newc >>"$2"
            """, "sh", Checkout.Initramfs(guest), result, tree);
        Directory.Delete(tree, recursive: true);
        return result;
    }
}
