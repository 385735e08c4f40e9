namespace ShmWifi.Lab.Topologies;

/// <summary>What the command line says in place of a topology file; null: the file's.</summary>
/// <param name="Kernel">Kernel series of all VMs.</param>
/// <param name="Isolation">"shared" or "per-vm".</param>
/// <param name="Path">"user" or "kernel", for all VMs that QEMU runs.</param>
/// <param name="Hypervisor">"qemu" or "uml", for all VMs.</param>
/// <param name="Time">"real", "virtual" or "virtual:FACTOR".</param>
/// <param name="Host">The host whose VMs are started here.</param>
internal sealed record TopologyOverrides(string? Kernel = null, string? Isolation = null, string? Path = null, string? Hypervisor = null,
    string? Time = null, string? Host = null);
