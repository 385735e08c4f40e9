namespace ShmWifi.IvshmemArgs;

/// <summary>The arguments that give a QEMU VM its ivshmem device.</summary>
internal static class IvshmemArguments
{
    /// <summary>The id of the character device; a VM has one of them.</summary>
    public const string ChardevId = "shmwifi";

    /// <summary>QEMU's arguments, one a list entry, not quoted for any shell.</summary>
    /// <param name="socketPath">Where the daemon listens for this VM: an absolute path.</param>
    /// <returns>Shape: <c>-chardev socket,path=P,id=shmwifi -device
    /// ivshmem-doorbell,chardev=shmwifi,vectors=1</c>. Commas in P are doubled, since one
    /// ends an option's value. No <c>reconnect</c>: with it QEMU hangs at its start.</returns>
    /// <exception cref="ArgumentException">QEMU could not use the path.</exception>
    public static string[] For(string socketPath)
    {
        ArgumentNullException.ThrowIfNull(socketPath);
        if (QemuLimits.SocketProblem(socketPath) is { } problem)
            throw new ArgumentException(problem, nameof(socketPath));
        string path = socketPath.Replace(",", ",,", StringComparison.Ordinal);
        return
        [
            "-chardev", $"socket,path={path},id={ChardevId}",
            "-device", $"ivshmem-doorbell,chardev={ChardevId},vectors=1",
        ];
    }
}
