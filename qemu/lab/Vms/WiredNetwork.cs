using ShmWifi.Lab.Processes;

namespace ShmWifi.Lab.Vms;

/// <summary>The bridge and the taps inside the lab's network namespace; nothing here touches
/// the machine's network but an uplink that is asked for.</summary>
internal sealed class WiredNetwork
{
    private const string Bridge = "br0";
    private readonly Spawner _spawner;

    /// <summary>Makes the bridge.</summary>
    /// <param name="spawner">Whose namespace it lives in.</param>
    public WiredNetwork(Spawner spawner)
    {
        _spawner = spawner;
        Ip("link", "set", "lo", "up");
        AddBridge(Bridge);
    }

    /// <summary>A VM's address on the bridge, without the prefix length.</summary>
    /// <param name="index">The VM's place in the lab, from 0.</param>
    public static string Address(int index) => $"10.77.{index / 200}.{(index % 200) + 10}";

    /// <summary>Makes the tap of a VM's wired interface.</summary>
    /// <param name="index">The VM's place in the lab, from 0.</param>
    public string AddTap(int index) => AddTap($"tap{index}", Bridge);

    /// <summary>Makes the tap of a VM's uplink, joined by a veth pair to a bridge of the machine.</summary>
    /// <param name="index">The VM's place in the lab, from 0.</param>
    /// <exception cref="LabException">There is no such bridge.</exception>
    public string AddUplink(int index, string hostBridge)
    {
        if (!Directory.Exists($"/sys/class/net/{hostBridge}/bridge"))
            throw new LabException($"uplink: this machine has no bridge '{hostBridge}' ('ip link show type bridge' lists them)");
        string hostEnd = $"shm{Environment.ProcessId}.{index}";
        HostCommand.Run("ip", "link", "add", hostEnd, "type", "veth", "peer", "name", $"host{index}", "netns", $"{_spawner.ThreadId}");
        HostCommand.Run("ip", "link", "set", hostEnd, "master", hostBridge, "up");
        AddBridge($"up{index}");
        Ip("link", "set", $"host{index}", "master", $"up{index}", "up");
        return AddTap($"uptap{index}", $"up{index}");
    }

    private void AddBridge(string name)
    {
        // No spanning tree, no snooping queries: a wire between VMs, and nothing else on it.
        Ip("link", "add", name, "type", "bridge", "stp_state", "0", "mcast_snooping", "0");
        Ip("link", "set", name, "up");
    }

    private string AddTap(string name, string bridge)
    {
        Ip("tuntap", "add", "dev", name, "mode", "tap");
        Ip("link", "set", name, "master", bridge, "up");
        return name;
    }

    private void Ip(params string[] arguments) => _spawner.Run(["ip", .. arguments]);
}
