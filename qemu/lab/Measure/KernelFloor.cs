using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Lab.Measure;

/// <summary>The in-kernel floor: an access point and a station in one VM, on two hwsim radios and the kernel's own medium.</summary>
internal static class KernelFloor
{
    /// <summary>The VM's name.</summary>
    public const string Name = "floor";

    /// <summary>The access point's address.</summary>
    public const string Address = "192.168.99.1";

    private const string StationAddress = "192.168.99.2";
    private const string StationNamespace = "sta";

    /// <summary>The VM: two radios on the kernel's own medium.</summary>
    /// <param name="kernel">Kernel series of the guest.</param>
    public static VmSpec Vm(string kernel, Hypervisor hypervisor = Hypervisor.Qemu) =>
        new() { Name = Name, Kernel = kernel, Hypervisor = hypervisor, Radios = 0, KernelRadios = 2 };

    /// <summary>Associates the two; the station's radio lives in a network namespace of its own, or packets would not leave the kernel.</summary>
    /// <param name="vm">Made from <see cref="Vm"/>.</param>
    /// <param name="network">Protected as the network that is compared with it.</param>
    public static async Task<WifiInterface> StartAsync(VirtualMachine vm, Network network, CancellationToken cancellation)
    {
        await Configure(vm.Guest, "moving the second radio", $"""
            /bin/ip netns add {StationNamespace}
            iw phy "$(cat /sys/class/net/wlan1/phy80211/name)" set netns name {StationNamespace}
            /bin/ip -n {StationNamespace} link set lo up
            """, cancellation);
        var accessPoint = new AccessPoint(new WifiInterface(vm, "wlan0"), network);
        var station = new Station(new WifiInterface(vm, "wlan1", StationNamespace), network);
        await accessPoint.StartAsync(null, cancellation);
        await Configure(vm.Guest, "setting the address", $"/bin/ip address add {Address}/24 dev wlan0", cancellation);
        await station.JoinAsync(cancellation);
        await Configure(vm.Guest, "setting the address", $"/bin/ip -n {StationNamespace} address add {StationAddress}/24 dev wlan1", cancellation);
        return station.Radio;
    }

    private static Task<string> Configure(GuestExecutor guest, string step, string script, CancellationToken cancellation) =>
        guest.RunAsync(step, "set -e\n" + script, TimeSpan.FromSeconds(20), cancellation);
}
