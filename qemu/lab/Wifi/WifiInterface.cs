using ShmWifi.Lab.Qemu;

namespace ShmWifi.Lab.Wifi;

/// <summary>A wireless interface in a guest.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Name">The interface, "wlan0".</param>
/// <param name="Namespace">The guest's network namespace that it is in; null for the first one.</param>
internal sealed record WifiInterface(VirtualMachine Vm, string Name, string? Namespace = null)
{
    /// <summary>What goes before a command that is to run where the interface is; empty or with a blank at its end.</summary>
    public string Enter => Namespace == null ? "" : $"/bin/ip netns exec {Namespace} ";

    /// <summary>The log of a daemon on this interface, in the guest.</summary>
    /// <param name="daemon">"hostapd" or "wpa_supplicant".</param>
    public string Log(string daemon) => $"/run/{daemon}-{Name}.log";

    /// <summary>Starts the injector of a VM with radios on the lab's air, and waits for its interfaces.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task StartInjectorAsync(VirtualMachine vm, CancellationToken cancellation) => vm.Guest.RunAsync(
        "starting shm-injector",
        $$"""
        command -v shm-injector >/dev/null || { echo "this image has no shm-injector: run './shmwifi setup'"; exit 1; }
        setsid shm-injector run --radios {{vm.Spec.Radios}} --json </dev/null >/run/shm-injector.log 2>&1 &
        injector=$!
        while ! { grep -q 'shm-injector: ready' /run/shm-injector.log && [ -e /sys/class/net/wlan{{vm.Spec.Radios - 1}} ]; } 2>/dev/null; do
            kill -0 $injector 2>/dev/null || { cat /run/shm-injector.log; dmesg | tail -n 5; exit 1; }
            usleep 50000
        done
        """,
        TimeSpan.FromSeconds(30),
        cancellation);
}
