namespace ShmWifi.Lab.Topologies;

/// <summary>What runs a VM.</summary>
internal enum Hypervisor
{
    /// <summary>QEMU, with an ivshmem device for the medium.</summary>
    Qemu,

    /// <summary>User-Mode-Linux, whose kernel is a program of this machine, by vhost-user.</summary>
    Uml,
}
