using System.Numerics;
using ShmWifi.Configuration;

namespace ShmWifi.IvshmemArgs;

/// <summary>What QEMU's ivshmem-doorbell aborts or hangs on, told before it does.</summary>
internal static class QemuLimits
{
    /// <summary>Why QEMU cannot connect to such a path.</summary>
    /// <returns>null when it can.</returns>
    public static string? SocketProblem(string socketPath)
    {
        ArgumentNullException.ThrowIfNull(socketPath);
        return Path.IsPathRooted(socketPath)
            ? SocketPath.Problem(socketPath)
            : $"socket path '{socketPath}' is relative; QEMU may start in another folder: give an absolute path";
    }

    /// <summary>Why QEMU cannot map such a region.</summary>
    /// <returns>null when it can.</returns>
    /// <remarks>The region becomes a 64-bit prefetchable BAR as large as the file. Source: qemu hw/misc/ivshmem.c; hw/pci/pci.c, pci_register_bar,
    /// which asserts a power of two.</remarks>
    public static string? RegionProblem(ulong bytes) =>
        BitOperations.IsPow2(bytes) ? null : $"the region has {bytes} bytes, no power of two; QEMU aborts on it";

    /// <summary>Why QEMU would fail to connect at this moment.</summary>
    /// <param name="pid">The daemon; null when it is not known. Its own network namespace is looked at.</param>
    /// <returns>null when somebody listens.</returns>
    /// <remarks>Never connects to find out: each connection would be a VM to the daemon.</remarks>
    public static string? ListenerProblem(string socketPath, int? pid)
    {
        if (!File.Exists(socketPath))
            return $"there is no socket '{socketPath}' (or its folder is closed to this user); QEMU fails until shm-medium has made it";
        return UnixListeners.Has(socketPath, pid)
            ? null
            : $"nobody listens on '{socketPath}' in this network namespace; QEMU fails until shm-medium runs";
    }
}
