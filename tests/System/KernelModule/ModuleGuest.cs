using ShmWifi.Lab;
using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Topologies;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.System.KernelModule;

/// <summary>A VM with the module, with ivshmem devices of several kinds, and with the programs of guest/.</summary>
internal sealed class ModuleGuest : IAsyncDisposable
{
    /// <summary>An ABI version that this module does not have.</summary>
    public const uint OtherVersion = (Abi.Major + 1) << 16 | 3;

    private const ulong BlankSize = 8192; // as IvshmemServer's
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(2);

    private readonly string _kernel;
    private LabInstance? _lab;

    private ModuleGuest(string kernel, string folder)
    {
        _kernel = kernel;
        var geometry = new RegionGeometry(Ports: 4, TxSlots: 64); // few, so that they are all in use soon
        Medium = new IvshmemServer(folder, 0x10, geometry.RegionSize);
        Newer = new IvshmemServer(folder, 0x11, geometry.RegionSize);
        Foreign = new IvshmemServer(folder, 0x12, RegionGeometry.MinRegionSize);
        Blank = new IvshmemServer(folder, 0x13, BlankSize);
        Spare = new IvshmemServer(folder, 0x14, geometry.RegionSize);
        unsafe
        {
            Region.Create(Medium.Memory.Address, geometry, RegionFeatures.None, epoch: 1);
            Region.Create(Spare.Memory.Address, geometry, RegionFeatures.None, epoch: 3);
            Region.Create(Newer.Memory.Address, geometry, RegionFeatures.None, epoch: 2);
            ((RegionHeader*)Newer.Memory.Address)->AbiVersion = OtherVersion;
            *(ulong*)Foreign.Memory.Address = ~Abi.Magic;
        }
    }

    /// <summary>A region of ours.</summary>
    public IvshmemServer Medium { get; }

    /// <summary>A region of ours with another major version of the ABI.</summary>
    public IvshmemServer Newer { get; }

    /// <summary>Another software's region.</summary>
    public IvshmemServer Foreign { get; }

    /// <summary>What the daemon gives a VM that it refuses.</summary>
    public IvshmemServer Blank { get; }

    /// <summary>A region of ours whose device a test may use up.</summary>
    public IvshmemServer Spare { get; }

    private IEnumerable<IvshmemServer> Devices => [Medium, Newer, Foreign, Blank, Spare];

    private GuestExecutor Executor => _lab!.Vms[0].Guest;

    /// <summary>Boots it.</summary>
    public static async Task<ModuleGuest> StartAsync(string kernel)
    {
        var directory = new LabDirectory($"module-{kernel.Replace('.', '-')}");
        directory.Prepare(["guest"]);
        var guest = new ModuleGuest(kernel, directory.Path);
        try
        {
            await guest.BootAsync(directory);
            return guest;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a script that must succeed.</summary>
    /// <param name="script">For the guest's /bin/sh.</param>
    /// <returns>Its output, without the last line's end.</returns>
    public async Task<string> RunAsync(string step, string script) =>
        (await Executor.RunAsync(step, script, StepLimit)).TrimEnd('\n');

    /// <summary>Runs a script.</summary>
    /// <param name="script">For the guest's /bin/sh.</param>
    public Task<GuestResult> TryRunAsync(string script) => Executor.TryRunAsync(script, StepLimit);

    /// <summary>The kernel log.</summary>
    public Task<string> KernelLogAsync() => RunAsync("reading the kernel log", "dmesg");

    /// <summary>What kmemleak has found lost, where the kernel has it: what two scans agree on.</summary>
    public Task<string> LeaksAsync() => RunAsync(
        "looking for lost memory",
        "cd /sys/kernel/debug && { [ ! -e kmemleak ] || { echo scan >kmemleak && sleep 6 && echo scan >kmemleak && cat kmemleak; }; }");

    /// <summary>The device file with which user space drives a device.</summary>
    /// <param name="device">One that the module binds.</param>
    public async Task<string> UioAsync(IvshmemServer device) =>
        "/dev/" + await RunAsync("finding the UIO device", $"ls {Sysfs(device)}/uio");

    /// <summary>A device's folder in the guest.</summary>
    public static string Sysfs(IvshmemServer device) => $"/sys/bus/pci/devices/{device.PciAddress}";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_lab is { } lab)
            await lab.DisposeAsync();
        foreach (var device in Devices)
            device.Dispose();
    }

    private async Task BootAsync(LabDirectory directory)
    {
        var served = Task.WhenAll(Devices.Select(device => device.ServeAsync()));
        bool hasCheckers = _kernel.EndsWith("-debug", StringComparison.Ordinal);
        var vm = new VmSpec
        {
            Name = "guest",
            Kernel = _kernel,
            MemoryMib = hasCheckers ? 1024 : 256,
            Radios = 0,
            // The PC's table of interrupt lines is a loop of AML, which the checkers slow down beyond ACPICA's limit; the Q35's is constant.
            QemuArguments = [.. hasCheckers ? ["-machine", "q35"] : Array.Empty<string>(), .. Devices.SelectMany(device => device.QemuArguments)],
        };
        var topology = new Topology(Path.GetFileName(directory.Path), PerVmIsolation: false, [vm]);
        await Progress.RunAsync(async progress => _lab = await LabInstance.StartAsync(topology, directory, progress, CancellationToken.None));
        await served;
        await InstallAsync();
    }

    private async Task InstallAsync()
    {
        HostCommand.Run(Path.Combine(Checkout.Root, "tests/System/KernelModule/guest/build-guest"), _kernel);
        foreach (string file in (string[])["memtype.ko", "probe"])
        {
            byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(Checkout.Cache, "test-guest", _kernel, file));
            await RunAsync($"installing {file}", $"echo {Convert.ToBase64String(bytes)} | base64 -d >/bin/{file} && chmod +x /bin/{file}");
        }

        await RunAsync("loading memtype.ko", "insmod /bin/memtype.ko");
    }
}
