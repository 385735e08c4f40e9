namespace ShmWifi.ShmMedium.Ports.Ivshmem;

/// <summary>What goes wrong with VMs that connect, for people.</summary>
internal interface IServerLog
{
    /// <summary>A VM cannot be served and got a blank region.</summary>
    /// <param name="pid">QEMU's process; 0: unknown.</param>
    void VmRefused(string name, int pid, string reason);

    /// <summary>A VM went before it was taken on, or no resources were left for it.</summary>
    /// <param name="pid">QEMU's process; 0: unknown.</param>
    void HandshakeFailed(string socket, int pid, string reason);

    /// <summary>VMs that connect cannot be taken on for now: no descriptors or no memory. Told once, until one was.</summary>
    void AcceptFailed(string socket, string reason);
}
