using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Qemu;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>A running lab that is measured: an access point, one or two stations, and maybe the VM of the in-kernel floor.</summary>
internal sealed class VmLab : IAsyncDisposable
{
    private readonly LabInstance _lab;

    private VmLab(LabInstance lab, Member accessPoint, Member station, Member? secondStation, WifiInterface? floorStation)
    {
        _lab = lab;
        AirVms = [.. lab.Vms.Where(vm => vm.Spec.Radios > 0)];
        Floor = floorStation?.Vm;
        Ends = [station.Radio.Vm, accessPoint.Radio.Vm];
        VmToVm = Route.OverAir(station, accessPoint);
        VmToVmWired = Route.OverWire(station, accessPoint);
        if (secondStation != null)
        {
            StationToStation = Route.OverAir(station, secondStation);
            StationToStationWired = Route.OverWire(station, secondStation);
        }

        if (floorStation != null)
            InKernel = Route.InKernel(floorStation);
    }

    /// <summary>The daemon.</summary>
    public MediumProcess Medium => _lab.Medium!;

    /// <summary>VMs with a radio on the lab's air.</summary>
    public IReadOnlyList<VirtualMachine> AirVms { get; }

    /// <summary>The VM of the in-kernel floor.</summary>
    public VirtualMachine? Floor { get; }

    /// <summary>Those between which <see cref="VmToVm"/> goes.</summary>
    public IReadOnlyList<VirtualMachine> Ends { get; }

    /// <summary>Station to access point over our air.</summary>
    public Route VmToVm { get; }

    /// <summary>Between the same two VMs over virtio-net and a bridge.</summary>
    public Route VmToVmWired { get; }

    /// <summary>Station to access point to station over our air; null with one station.</summary>
    public Route? StationToStation { get; }

    /// <summary>Between the same two VMs over virtio-net and a bridge; null with one station.</summary>
    public Route? StationToStationWired { get; }

    /// <summary>Station to access point in one VM, over the kernel's own medium; null without that VM.</summary>
    public Route? InKernel { get; }

    /// <summary>Guests that sleep when idle.</summary>
    /// <param name="kernel">Kernel series of the guests.</param>
    public static Topology Sleeping(string kernel) =>
        Of("bench", Guest("ap", Role.AccessPoint, kernel), Guest("sta1", Role.Station, kernel), Guest("sta2", Role.Station, kernel), KernelFloor.Vm(kernel));

    /// <summary>Guests that poll when idle, so as few as there can be.</summary>
    /// <param name="kernel">Kernel series of the guests.</param>
    public static Topology Polling(string kernel) => Of(
        "bench-poll",
        Guest("ap", Role.AccessPoint, kernel) with { KernelArguments = ["idle=poll"] },
        Guest("sta1", Role.Station, kernel) with { KernelArguments = ["idle=poll"] });

    /// <summary>Starts a lab, and waits until all stations are associated and all guests serve iperf3.</summary>
    /// <param name="topology">The VMs.</param>
    /// <param name="progress">Hears of each step.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<VmLab> StartAsync(Topology topology, Progress progress, CancellationToken cancellation)
    {
        var directory = new LabDirectory(topology.Name);
        directory.Prepare(topology.Vms.Select(vm => vm.Name));
        var lab = await LabInstance.StartAsync(topology, directory, progress, cancellation);
        try
        {
            var roles = new Roles(progress);
            var floor = StartFloorAsync(lab, cancellation);
            await Task.WhenAll(roles.StartAsync(lab.Vms, cancellation), floor);
            foreach (var vm in lab.Vms)
                await Iperf.ServeAsync(vm.Guest, cancellation);
            return new VmLab(lab, roles.Members[0], roles.Members[1], roles.Members.ElementAtOrDefault(2), await floor);
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    private static async Task<WifiInterface?> StartFloorAsync(LabInstance lab, CancellationToken cancellation) =>
        lab.Vms.FirstOrDefault(vm => vm.Name == KernelFloor.Name) is { } vm
            ? await KernelFloor.StartAsync(vm, OpenNetwork, cancellation)
            : null;

    private static Topology Of(string name, params VmSpec[] vms) => new(name, PerVmIsolation: false, vms) { IsCaptured = false };

    private static VmSpec Guest(string name, Role role, string kernel) => new() { Name = name, Role = role, Kernel = kernel, Network = OpenNetwork };

    private static Network OpenNetwork => new("ShmWifi", Security.Open, "", 1);
}
