namespace ShmWifi.ShmMedium.Ports;

/// <summary>How a VM's frames come to its port.</summary>
internal enum PortKind
{
    /// <summary>By rings in a region that its QEMU shows it.</summary>
    Ivshmem,

    /// <summary>By virtqueues in its own memory.</summary>
    VhostUser,

    /// <summary>By netlink: they are this kernel's own radios.</summary>
    Local,

    /// <summary>By the trunk: it is a VM of another host.</summary>
    Trunk,
}
