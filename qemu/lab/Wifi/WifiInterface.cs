using ShmWifi.Lab.Vms;

namespace ShmWifi.Lab.Wifi;

/// <summary>A wireless interface in a guest.</summary>
/// <param name="Name">The interface, "wlan0".</param>
/// <param name="Namespace">The guest's network namespace that it is in; null for the first one.</param>
internal sealed record WifiInterface(VirtualMachine Vm, string Name, string? Namespace = null)
{
    /// <summary>What goes before a command that is to run where the interface is; empty or with a blank at its end.</summary>
    public string Enter => Namespace == null ? "" : $"/bin/ip netns exec {Namespace} ";

    /// <summary>The log of a daemon on this interface, in the guest.</summary>
    /// <param name="daemon">"hostapd" or "wpa_supplicant".</param>
    public string Log(string daemon) => $"/run/{daemon}-{Name}.log";
}
