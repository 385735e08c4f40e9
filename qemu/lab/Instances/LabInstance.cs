using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Qemu;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Uml;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Lab.Instances;

/// <summary>A running lab: its daemons and its VMs, owned by this process and gone with it.</summary>
internal sealed class LabInstance : IAsyncDisposable
{
    private const string Native = "native";

    private readonly Spawner _host = new(hasOwnNetwork: false); // the daemon's: its map and metrics are for this machine
    private readonly Spawner _spawner = new(hasOwnNetwork: true);
    private readonly List<VirtualMachine> _vms = [];
    private readonly List<MediumProcess> _media = [];
    private Wmediumd? _wmediumd;

    private LabInstance(string folder) => Folder = folder;

    /// <summary>Sockets and logs.</summary>
    public string Folder { get; }

    /// <summary>"kvm" or "tcg": of the guests for this machine's architecture that QEMU runs; "native": it runs none.</summary>
    public string Accel { get; private set; } = "";

    /// <summary>The daemon, or the first host's; null when no VM has a radio on the lab's medium, or wmediumd is that.</summary>
    public MediumProcess? Medium => _media.FirstOrDefault();

    /// <summary>The daemons of all hosts that are here, in the order of <see cref="Topology.Hosts"/>.</summary>
    public IReadOnlyList<MediumProcess> Media => _media;

    /// <summary>Where the hosts' daemons meet, if the lab has started that.</summary>
    public NatsServer? Nats { get; private set; }

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

    /// <summary>Ends the VMs, then the daemons, then whatever is left.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_vms.Select(vm => vm.DisposeAsync().AsTask()));
        await StopMediumAsync();
        _spawner.Dispose();
        _host.Dispose();
    }

    /// <summary>Ends the daemons in order, so that their captures are whole.</summary>
    public async Task StopMediumAsync()
    {
        foreach (var medium in _media)
            await medium.DisposeAsync();
        _media.Clear();
        if (_wmediumd is { } wmediumd)
            await wmediumd.DisposeAsync();
        _wmediumd = null;
        if (Nats is { } nats)
            await nats.DisposeAsync();
        Nats = null;
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
        await StartMediumAsync(topology, progress, cancellation);
        foreach (var (index, spec) in topology.Vms.Index().Where(vm => topology.IsHere(vm.Item)))
            _vms.Add(Start(spec, index, wired, topology.Time));
        progress.Now($"booting {_vms.Count} VMs");
        await Task.WhenAll(_vms.Where(vm => vm.Spec.Script is null).Select(async vm =>
        {
            var boot = await vm.WaitReadyAsync(cancellation);
            progress.Done($"{vm.Name} runs: Linux {vm.Spec.Guest}, {AccelOf(vm.Spec)}, {boot.TotalSeconds:0.0} s to boot");
            await SetUpAsync(vm, cancellation);
        }));
    }

    private async Task StartMediumAsync(Topology topology, Progress progress, CancellationToken cancellation)
    {
        if (topology.Wmediumd is { } program)
        {
            progress.Now("starting wmediumd");
            _wmediumd = await Wmediumd.StartAsync(_host, Folder, program, topology, cancellation);
            progress.Done("wmediumd runs");
            return;
        }
        var trunk = topology.Trunk;
        if (trunk is null && topology.Hosts.Any(host => host is not null))
        {
            progress.Now("starting nats-server");
            Nats = await NatsServer.StartAsync(_host, Folder, cancellation);
            trunk = Nats.Trunk;
            progress.Done($"nats-server runs: {trunk.Url}");
        }
        foreach (string? host in topology.Hosts)
        {
            progress.Now("starting shm-medium");
            _media.Add(await MediumProcess.StartAsync(_host, FolderOf(host), topology, host, trunk, cancellation));
            progress.Done($"shm-medium runs{(host is null ? "" : $" for host {host}")}, "
                + $"{(topology.PerVmIsolation ? "a region for each VM" : "one region for all VMs")}");
        }
    }

    private string FolderOf(string? host) => MediumProcess.FolderOf(Folder, host);

    private string AccelOf(VmSpec vm) =>
        vm.Hypervisor == Hypervisor.Uml ? Native : vm.Architecture == GuestArchitecture.Amd64 ? Accel : "tcg";

    private string Generator => Path.Combine(Folder, "seeded-random.so");

    private VirtualMachine Start(VmSpec spec, int index, WiredNetwork? wired, VirtualTime? time)
    {
        string folder = Path.Combine(Folder, spec.Name);
        string? tap = wired?.AddTap(index);
        string? uplink = spec.Uplink == null ? null : wired?.AddUplink(index, spec.Uplink);
        string? medium = spec.Radios == 0 ? null
            : _wmediumd is null ? MediumProcess.Socket(FolderOf(spec.Host), spec.Name) : Wmediumd.Socket(Folder);
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
