using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Qemu;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Uml;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Lab.Instances;

/// <summary>A running lab: its daemon and its VMs, owned by this process and gone with it.</summary>
internal sealed class LabInstance : IAsyncDisposable
{
    private const string Native = "native";

    private readonly Spawner _host = new(hasOwnNetwork: false); // the daemon's: its map and metrics are for this machine
    private readonly Spawner _spawner = new(hasOwnNetwork: true);
    private readonly List<VirtualMachine> _vms = [];

    private LabInstance(string folder) => Folder = folder;

    /// <summary>Sockets and logs.</summary>
    public string Folder { get; }

    /// <summary>"kvm" or "tcg": of the guests for this machine's architecture that QEMU runs; "native": it runs none.</summary>
    public string Accel { get; private set; } = "";

    /// <summary>The daemon; null when no VM has a radio on the lab's medium.</summary>
    public MediumProcess? Medium { get; private set; }

    /// <summary>The VMs, in the topology's order.</summary>
    public IReadOnlyList<VirtualMachine> Vms => _vms;

    /// <summary>A path to the network namespace of its bridge and taps, as long as the lab lives.</summary>
    public string NetworkNamespace => $"/proc/{_spawner.ThreadId}/ns/net";

    /// <summary>Starts the daemon and all VMs, and waits until the guests run commands and have their radios.</summary>
    /// <param name="directory">Where; prepared by the caller.</param>
    /// <param name="cancellation">Gives up; what was started is ended then.</param>
    public static async Task<LabInstance> StartAsync(
        Topology topology, LabDirectory directory, Progress progress, CancellationToken cancellation)
    {
        var lab = new LabInstance(directory.Path);
        try
        {
            await lab.StartAsync(topology, progress, cancellation);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the VMs, then the daemon, then whatever is left.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_vms.Select(vm => vm.DisposeAsync().AsTask()));
        await StopMediumAsync();
        _spawner.Dispose();
        _host.Dispose();
    }

    /// <summary>Ends the daemon in order, so that its capture is whole.</summary>
    public async Task StopMediumAsync()
    {
        if (Medium is { } medium)
            await medium.DisposeAsync();
        Medium = null;
    }

    /// <summary>Waits until the scripts of all VMs that have some have ended.</summary>
    /// <exception cref="LabException">One failed.</exception>
    public async Task WaitScriptsAsync(Progress progress, CancellationToken cancellation)
    {
        var scripts = _vms.Where(vm => vm.Spec.Script is not null).Select(async vm =>
        {
            await vm.WaitScriptAsync(cancellation);
            progress.Done($"{vm.Name}: its script has ended");
        });
        await foreach (var script in Task.WhenEach(scripts))
            await script; // the first that failed ends all
    }

    /// <summary>What a guest's own services would do at its boot: the wired interface's address, and the radios.</summary>
    public static async Task SetUpAsync(VirtualMachine vm, CancellationToken cancellation)
    {
        await vm.Guest.RunAsync(
            "setting up the wired interface",
            $"[ ! -e /sys/class/net/eth0 ] || {{ ip link set eth0 up && ip address add {WiredNetwork.Address(vm.Index)}/16 dev eth0; }}",
            TimeSpan.FromSeconds(20),
            cancellation);
        if (vm.Spec.Radios > 0)
            await Wifi.GuestRadios.StartAsync(vm, cancellation);
    }

    private async Task StartAsync(Topology topology, Progress progress, CancellationToken cancellation)
    {
        progress.Now("looking whether KVM works");
        Accel = topology.Vms.FirstOrDefault(vm => vm.Hypervisor == Hypervisor.Qemu) is { } any
            ? Acceleration.Detect(Checkout.Kernel(any.Kernel))
            : Native;
        var wired = topology.Time is null ? new WiredNetwork(_spawner) : null; // a tap knows no clock but this machine's
        if (topology.Time is not null)
            HostCommand.Run("gcc", "-O2", "-shared", "-fPIC", "-o", Generator, Path.Combine(Checkout.Root, "qemu/seeded-random/seeded-random.c"));
        if (topology.NeedsMedium)
        {
            progress.Now("starting shm-medium");
            Medium = await MediumProcess.StartAsync(_host, Folder, topology, cancellation);
            progress.Done($"shm-medium runs, {(topology.PerVmIsolation ? "a region for each VM" : "one region for all VMs")}");
        }

        foreach (var spec in topology.Vms)
            _vms.Add(Start(spec, _vms.Count, wired, topology.Time));
        progress.Now($"booting {_vms.Count} VMs");
        await Task.WhenAll(_vms.Where(vm => vm.Spec.Script is null).Select(async vm =>
        {
            var boot = await vm.WaitReadyAsync(cancellation);
            progress.Done($"{vm.Name} runs: Linux {vm.Spec.Guest}, {AccelOf(vm.Spec)}, {boot.TotalSeconds:0.0} s to boot");
            await SetUpAsync(vm, cancellation);
        }));
    }

    private string AccelOf(VmSpec vm) =>
        vm.Hypervisor == Hypervisor.Uml ? Native : vm.Architecture == GuestArchitecture.Amd64 ? Accel : "tcg";

    private string Generator => Path.Combine(Folder, "seeded-random.so");

    private VirtualMachine Start(VmSpec spec, int index, WiredNetwork? wired, VirtualTime? time)
    {
        string folder = Path.Combine(Folder, spec.Name);
        string? tap = wired?.AddTap(index);
        string? uplink = spec.Uplink == null ? null : wired?.AddUplink(index, spec.Uplink);
        string? medium = spec.Radios > 0 ? MediumProcess.Socket(Folder, spec.Name) : null;
        var hypervisor = spec.Script is not null ? Scripted() : spec.Hypervisor == Hypervisor.Uml ? OnUml() : OnQemu();
        return new VirtualMachine(spec, index, folder, hypervisor, time is not null);

        IHypervisor OnQemu()
        {
            var command = QemuCommand.For(spec, index, folder, AccelOf(spec), tap!, uplink, medium);
            return new QemuHypervisor(folder, () => _spawner.Start(spec.Name, Path.Combine(folder, "qemu.log"), command));
        }

        IHypervisor OnUml() => new UmlHypervisor(folder, (console, exec) =>
        {
            var command = UmlCommand.For(
                spec, index, folder, Checkout.Kernel(spec.Guest), Checkout.Initramfs(spec.Guest), console, exec, tap, uplink, medium);
            return _spawner.Start(spec.Name, Path.Combine(folder, "uml.log"), InTime(command));
        });

        IHypervisor Scripted()
        {
            string script = Path.Combine(folder, "script");
            File.WriteAllText(script, $"{Wifi.GuestRadios.Script(spec, index)}\n{spec.Script}\n");
            var command = InTime(UmlCommand.ForScript(
                spec, folder, Checkout.Kernel(spec.Guest), Checkout.Initramfs(spec.Guest), script, medium!));
            return new UmlScripted(() => _spawner.Start(spec.Name, VmFiles.SerialLog(folder), command));
        }

        List<string> InTime(List<string> command) => time is null
            ? command
            : UmlCommand.InVirtualTime(command, index, MediumProcess.Calendar(Folder), time.Seed, Generator);
    }
}
