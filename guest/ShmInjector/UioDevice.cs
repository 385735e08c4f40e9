using System.Globalization;
using ShmWifi.Hwsim.Port;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmInjector;

/// <summary>The kernel module's UIO device: the region, the doorbell to the host, and its interrupt.</summary>
/// <remarks>
/// map0 is the region; map1 is the page of ivshmem's registers: u32 at 8 is our peer ID, a u32 written to 12 rings
/// peer &lt;&lt; 16 | vector. The host is peer 0, vector 0. Source: qemu docs/specs/ivshmem-spec.rst; kernel/shmwifi_uio.c.
/// </remarks>
internal sealed unsafe class UioDevice : IPortDevice, IDisposable
{
    private const string ClassPath = "/sys/class/uio";
    private const string DriverName = "shmwifi";
    private const int RegionMap = 0;
    private const int RegisterMap = 1;
    private const int IvPosition = 8;
    private const int Doorbell = 12;
    private const uint HostPeer = 0;

    private readonly FileDescriptor _file;
    private readonly SharedMemory _region;
    private readonly SharedMemory _registerPage;
    private readonly byte* _registers;

    private UioDevice(string path, FileDescriptor file, SharedMemory region, SharedMemory registerPage, int registerOffset)
    {
        Path = path;
        _file = file;
        _region = region;
        _registerPage = registerPage;
        _registers = registerPage.Address + registerOffset;
    }

    /// <summary>/dev/uioN.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public int Descriptor => _file.Descriptor;

    /// <inheritdoc/>
    public string LossReason =>
        $"the device is gone: {Path} was unplugged, unbound, or moved to the kernel datapath; start shm-injector again when it is back";

    /// <inheritdoc/>
    public bool IsLost => Poll.WaitFor(Descriptor, events: 0, TimeSpan.Zero); // an error counts, whatever is asked for

    /// <summary>Our ivshmem peer ID.</summary>
    public uint PeerId => Volatile.Read(ref *(uint*)(_registers + IvPosition));

    /// <summary>Opens the region.</summary>
    /// <exception cref="RegionFormatException">It is none of ours, or of another ABI.</exception>
    public Region OpenRegion() => Region.Open(_region.Address, _region.Size);

    /// <summary>Opens a device.</summary>
    /// <param name="path">/dev/uioN, or null for the only one.</param>
    /// <exception cref="InjectorException">There is none, there are several, or it cannot be used.</exception>
    public static UioDevice Open(string? path)
    {
        path ??= FindOnly();
        string sysfs = System.IO.Path.Combine(ClassPath, System.IO.Path.GetFileName(path));
        if (!File.Exists(System.IO.Path.Combine(sysfs, "name")) || File.ReadAllText(System.IO.Path.Combine(sysfs, "name")).Trim() != DriverName)
        {
            string[] known = FindAll();
            throw new InjectorException(known.Length == 0 ? ExplainAbsence(ModuleDevice.FindAll()) : $"{path} is not a device of the kernel module "
                + $"shmwifi; known are: {string.Join(", ", known)}");
        }

        if (FileDescriptor.Open(path, O_RDWR) is not { } file)
        {
            int error = errno;
            throw new InjectorException(
                error == EBUSY ? $"{path} is in use: another shm-injector serves this device; stop it first"
                : error == EACCES || error == EPERM ? $"no permission for {path}: run as root"
                : error == ENOENT ? $"{path} does not exist, though the kernel has the device: is devtmpfs mounted on /dev, or does udev run?"
                : $"cannot open {path}: {strerror(error)}");
        }
        SharedMemory? region = null;
        try
        {
            region = Map(file.Descriptor, sysfs, RegionMap);
            region.Prefault();
            return new UioDevice(path, file, region, Map(file.Descriptor, sysfs, RegisterMap), (int)ReadNumber(sysfs, RegisterMap, "offset"));
        }
        catch
        {
            region?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>Why there is no UIO device, and what to do.</summary>
    public static string ExplainAbsence(IReadOnlyList<ModuleDevice> devices) =>
        devices.FirstOrDefault(static device => device.Datapath == ModuleDevice.KernelDatapath) is { } kernels
            ? $"the datapath of shmwifi's device {kernels.Name} is \"kernel\": the module itself moves the frames of all hwsim radios, and no "
                + $"process is needed. Make radios by \"shm-injector radios add\"; or, to have the frames pass here, set their interfaces down and "
                + $"run \"echo user >{kernels.Path}/datapath\" first"
        : devices.FirstOrDefault(static device => device.Datapath == ModuleDevice.NoDatapath) is { } inactive
            ? $"shmwifi's device {inactive.Name} has no datapath, because the last change of it failed: the kernel log says why; try again by "
                + $"\"echo user >{inactive.Path}/datapath\""
        : "no ShmWifi device: load the kernel module by \"modprobe shmwifi\"; if \"lspci -d 1af4:1110\" lists nothing, start QEMU with the "
            + "arguments that ivshmem-args prints";

    /// <inheritdoc/>
    public void RingHost() => Volatile.Write(ref *(uint*)(_registers + Doorbell), HostPeer << 16);

    /// <inheritdoc/>
    public void Dispose()
    {
        _region.Dispose();
        _registerPage.Dispose();
        _file.Dispose();
    }

    private static string FindOnly()
    {
        string[] devices = FindAll();
        return devices.Length switch
        {
            1 => devices[0],
            0 => throw new InjectorException(ExplainAbsence(ModuleDevice.FindAll())),
            _ => throw new InjectorException($"there are several ShmWifi devices: choose one by --device; known are: {string.Join(", ", devices)}"),
        };
    }

    private static string[] FindAll() =>
        !Directory.Exists(ClassPath) ? [] : [.. Directory.EnumerateFileSystemEntries(ClassPath)
            .Where(static entry => File.ReadAllText(System.IO.Path.Combine(entry, "name")).Trim() == DriverName)
            .Select(static entry => "/dev/" + System.IO.Path.GetFileName(entry))
            .Order(StringComparer.Ordinal)];

    private static SharedMemory Map(int descriptor, string sysfs, int map) =>
        SharedMemory.Map(descriptor, ReadNumber(sysfs, map, "size"), map * Environment.SystemPageSize, ownsDescriptor: false);

    private static ulong ReadNumber(string sysfs, int map, string name)
    {
        string text = File.ReadAllText($"{sysfs}/maps/map{map}/{name}").Trim();
        return ulong.Parse(text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text, NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture);
    }
}
