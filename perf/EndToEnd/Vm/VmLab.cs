using ShmWifi.Lab;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>A running lab that is measured: a pair of VMs, and maybe another station or another pair, and the VM of the in-kernel floor.</summary>
internal sealed class VmLab : IAsyncDisposable
{
    private readonly LabInstance _lab;

    private VmLab(LabInstance lab, IReadOnlyList<Member> members, WifiInterface? floorStation)
    {
        _lab = lab;
        RadioVms = [.. lab.Vms.Where(vm => vm.Spec.Radios > 0)];
        Floor = floorStation?.Vm;
        var pairs = members.Where(member => Has(member, Role.AccessPoint)).Select(accessPoint => PairOf(accessPoint, members)).ToList();
        Pair = pairs[0];
        OtherPair = pairs.ElementAtOrDefault(1);
        if (members.Where(member => Has(member, Role.Station) && Serves(members[0], member)).ToList() is [var first, var second])
        {
            StationToStation = MeasuredPath.OverAir(first, second);
            StationToStationWired = MeasuredPath.OverWire(first, second);
        }

        if (floorStation != null)
            InKernel = MeasuredPath.InKernel(floorStation);
    }

    /// <summary>The daemon.</summary>
    public MediumProcess Medium => _lab.Medium!;

    /// <summary>VMs with a radio on the lab's medium.</summary>
    public IReadOnlyList<VirtualMachine> RadioVms { get; }

    /// <summary>The VM of the in-kernel floor.</summary>
    public VirtualMachine? Floor { get; }

    /// <summary>The first access point and its first station.</summary>
    public VmPair Pair { get; }

    /// <summary>The second access point and its first station; null without them.</summary>
    public VmPair? OtherPair { get; }

    /// <summary>Station to access point to station over our air; null when the first access point has one station.</summary>
    public MeasuredPath? StationToStation { get; }

    /// <summary>Between the same two VMs over virtio-net and a bridge; null likewise.</summary>
    public MeasuredPath? StationToStationWired { get; }

    /// <summary>Station to access point in one VM, over the kernel's own medium; null without that VM.</summary>
    public MeasuredPath? InKernel { get; }

    /// <summary>Guests that sleep when idle.</summary>
    public static Topology Sleeping(string kernel) =>
        Of("bench", Guest("ap", Role.AccessPoint, kernel), Guest("sta1", Role.Station, kernel), Guest("sta2", Role.Station, kernel),
            KernelFloor.Vm(kernel));

    /// <summary>Guests that are User-Mode-Linux.</summary>
    public static Topology Uml(string kernel, Security security)
    {
        var topology = Sleeping(kernel);
        return topology with
        {
            Name = "bench-uml",
            Vms = [.. topology.Vms.Select(vm => AsUml(vm, vm.Network is { } network ? network with { Security = security } : null))],
        };
    }

    /// <summary>A pair of guests that are User-Mode-Linux.</summary>
    /// <param name="name">After "bench-".</param>
    /// <param name="is11a">In a network of 802.11a instead of one of 802.11n.</param>
    public static Topology UmlPair(string name, string kernel, bool is11a)
    {
        var network = is11a ? OpenNetwork with { Channel = 36, Mode = PhyMode.A, BasicRates = [60, 120, 240, 540] } : OpenNetwork;
        return Of($"bench-{name}", AsUml(Guest("ap", Role.AccessPoint, kernel), network), AsUml(Guest("sta", Role.Station, kernel), network));
    }

    /// <summary>An access point and stations that are User-Mode-Linux, whose clock is the medium's.</summary>
    public static Topology InVirtualTime(string kernel, int stations)
    {
        var network = OpenNetwork with { Security = Security.Wpa2 };
        var all = Enumerable.Range(1, stations).Select(number => Guest($"sta{number}", Role.Station, kernel));
        return Of("bench-virtual", [.. all.Prepend(Guest("ap", Role.AccessPoint, kernel)).Select(vm => AsUml(vm, network))]) with
        {
            Medium = "timing: airtime\n",
            Time = new VirtualTime(),
        };
    }

    /// <summary>Guests that poll when idle, so as few as there can be.</summary>
    public static Topology Polling(string kernel) => Of(
        "bench-poll",
        Guest("ap", Role.AccessPoint, kernel) with { KernelArguments = ["idle=poll"] },
        Guest("sta1", Role.Station, kernel) with { KernelArguments = ["idle=poll"] });

    /// <summary>A pair on each path, the kernel path first, in networks of their own on channels that do not meet. Guests sleep when idle.</summary>
    public static Topology BothPaths(string kernel) => Of(
        "bench-paths",
        OnKernelPath(Guest("ap", Role.AccessPoint, kernel)),
        OnKernelPath(Guest("sta", Role.Station, kernel)),
        Guest("user-ap", Role.AccessPoint, kernel) with { Network = UserPathNetwork },
        Guest("user-sta", Role.Station, kernel) with { Network = UserPathNetwork },
        KernelFloor.Vm(kernel));

    /// <summary>A pair on the kernel path. Guests poll when idle.</summary>
    public static Topology KernelPathPolling(string kernel)
    {
        var topology = Polling(kernel);
        return topology with { Name = "bench-paths-poll", Vms = [.. topology.Vms.Select(OnKernelPath)] };
    }

    /// <summary>Starts a lab, and waits until all stations are associated and all guests serve iperf3.</summary>
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
            await Task.WhenAll(lab.Vms.Select(vm => Iperf.ServeAsync(vm.Guest, cancellation)));
            return new VmLab(lab, roles.Members, await floor);
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
            ? await KernelFloor.StartAsync(vm, lab.Vms.First(other => other.Spec.Role == Role.AccessPoint).Spec.Network!, cancellation)
            : null;

    private static bool Has(Member member, Role role) => member.Radio.Vm.Spec.Role == role;

    private static bool Serves(Member accessPoint, Member station) => station.Radio.Vm.Spec.Network!.Ssid == accessPoint.Radio.Vm.Spec.Network!.Ssid;

    private static VmPair PairOf(Member accessPoint, IReadOnlyList<Member> members) =>
        new(members.First(member => Has(member, Role.Station) && Serves(accessPoint, member)), accessPoint);

    private static Topology Of(string name, params VmSpec[] vms) => new(name, PerVmIsolation: false, vms) { IsCaptured = false };

    private static VmSpec Guest(string name, Role role, string kernel) => new() { Name = name, Role = role, Kernel = kernel, Network = OpenNetwork };

    private static VmSpec AsUml(VmSpec vm, Network? network) => vm with { Hypervisor = Hypervisor.Uml, Path = FramePath.Virtio, Network = network };

    private static VmSpec OnKernelPath(VmSpec vm) => vm with { Path = FramePath.Kernel };

    private static Network OpenNetwork => new(Ssid.Of("ShmWifi"), Security.Open, "one medium, two machines", 1);

    private static Network UserPathNetwork => new(Ssid.Of("ShmWifi-user"), Security.Open, "", 11);
}
