using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Lab.Wifi;

/// <summary>The radios of a VM on the lab's medium.</summary>
internal static class GuestRadios
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Makes a VM's radios, sees that something moves their frames, and waits for their interfaces, wlan0 and on.</summary>
    /// <param name="vm">A VM with radios on the lab's medium.</param>
    /// <exception cref="LabException">They are not available: what the guest says.</exception>
    public static Task StartAsync(VirtualMachine vm, CancellationToken cancellation) => vm.Spec.Path switch
    {
        FramePath.User => vm.Guest.RunAsync("starting shm-injector", Required + UserPath(vm.Spec), Limit, cancellation),
        FramePath.Kernel => vm.Guest.RunAsync("making the radios", Required + KernelPath(vm.Spec), Limit, cancellation),
        _ => vm.Guest.RunAsync("making the radios", Script(vm.Spec, vm.Index), Limit, cancellation),
    };

    /// <summary>What makes the radios of a VM that is attached by vhost-user.</summary>
    /// <param name="index">Its place in the lab, from 0.</param>
    public static string Script(VmSpec vm, int index) => Required + VirtioPath(vm, index);

    private const string Required =
        """
        command -v shm-injector >/dev/null || { echo "this image has no shm-injector: run './shmwifi setup'"; exit 1; }

        """;

    private static string UserPath(VmSpec vm) =>
        $$"""
        setsid shm-injector run --radios {{vm.Radios}}{{Regulatory(vm)}} --json </dev/null >/run/shm-injector.log 2>&1 &
        injector=$!
        while ! { grep -q 'shm-injector: ready' /run/shm-injector.log && [ -e /sys/class/net/wlan{{vm.Radios - 1}} ]; } 2>/dev/null; do
            kill -0 $injector 2>/dev/null || { cat /run/shm-injector.log; dmesg | tail -n 5; exit 1; }
            usleep 50000
        done
        """;

    private static string Regulatory(VmSpec vm) => vm.Regulatory is { } number ? $" --regulatory {number}" : "";

    /// <summary>The module was loaded with datapath=kernel at boot: hwsim hands it every frame of every radio.</summary>
    private static string KernelPath(VmSpec vm) =>
        $$"""
        datapath=$(cat /sys/bus/pci/drivers/shmwifi/*/datapath)
        [ "$datapath" = kernel ] || { echo "the module's datapath is '$datapath', not 'kernel'"; dmesg | tail -n 5; exit 1; }
        shm-injector radios add --count {{vm.Radios}}{{Regulatory(vm)}} || { dmesg | tail -n 5; exit 1; }
        """;

    /// <summary>Addresses of the radios of a VM that is attached by vhost-user.</summary>
    /// <remarks>hwsim's own, 02:00:00:00:RR:00, would be those of the other guests, too: ours have the VM's place in the lab.</remarks>
    /// <param name="index">Its place in the lab, from 0.</param>
    public static IEnumerable<string> VirtioAddresses(VmSpec vm, int index) =>
        Enumerable.Range(0, vm.Radios).Select(radio => $"02:00:00:{index >> 8:x2}:{index & 0xff:x2}:{radio:x2}");

    private static string VirtioPath(VmSpec vm, int index)
    {
        var addresses = VirtioAddresses(vm, index).Select(address => $" --mac {address}");
        return $$"""
            [ -e /sys/bus/virtio/drivers/mac80211_hwsim/virtio0 ] || { echo "hwsim has no virtio device"; dmesg | tail -n 5; exit 1; }
            shm-injector radios add{{string.Concat(addresses)}}{{Regulatory(vm)}} || { dmesg | tail -n 5; exit 1; }
            """;
    }
}
