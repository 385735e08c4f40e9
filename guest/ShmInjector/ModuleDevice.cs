using System.Globalization;

namespace ShmWifi.ShmInjector;

/// <summary>A PCI device that the kernel module shmwifi has bound.</summary>
/// <param name="Datapath">Where its frames are moved: "user", "kernel", "none"; null: a module that knows user space only.</param>
/// <param name="PeerId">The VM's ivshmem peer ID; null: a module that does not tell it.</param>
/// <remarks>Source: kernel/README.md.</remarks>
internal sealed record ModuleDevice(string Path, string? Datapath, uint? PeerId)
{
    /// <summary>The module moves the frames; there is no UIO device.</summary>
    public const string KernelDatapath = "kernel";

    /// <summary>No frames are moved: a change of the datapath failed.</summary>
    public const string NoDatapath = "none";

    private const string DriverPath = "/sys/bus/pci/drivers/shmwifi";

    /// <summary>Its PCI address: "0000:00:04.0".</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Lists them.</summary>
    /// <param name="driverPath">The driver's folder in sysfs; may be missing.</param>
    public static IReadOnlyList<ModuleDevice> FindAll(string driverPath = DriverPath) =>
        !Directory.Exists(driverPath) ? [] : [.. Directory.EnumerateDirectories(driverPath, "*:*")
            .Order(StringComparer.Ordinal)
            .Select(static path => new ModuleDevice(path, Read(path, "datapath"), Read(path, "peer") is { } peer
                ? uint.Parse(peer, NumberStyles.None, CultureInfo.InvariantCulture)
                : null))];

    /// <summary>The VM's peer ID.</summary>
    /// <exception cref="InjectorException">They do not tell; the message says what to do.</exception>
    public static uint GetPeerId(IReadOnlyList<ModuleDevice> devices) => devices switch
    {
        [{ PeerId: { } peer }] => peer,
        [var device] =>
            throw new InjectorException($"the default address of a radio has the VM's ivshmem peer ID in it, and the loaded kernel module does not "
            + $"tell it ({device.Path}/peer is missing): load this version's module, or give an address by --mac"),
        [] => throw new InjectorException("the default address of a radio has the VM's ivshmem peer ID in it, and the kernel module shmwifi has no "
            + "device here: load it by \"modprobe shmwifi\", or give an address by --mac"),
        _ => throw new InjectorException($"the default address of a radio has the VM's ivshmem peer ID in it, and this VM has several ShmWifi "
            + $"devices ({string.Join(", ", devices.Select(static device => device.Name))}): give an address by --mac"),
    };

    private static string? Read(string path, string attribute)
    {
        string file = System.IO.Path.Combine(path, attribute);
        return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
    }
}
