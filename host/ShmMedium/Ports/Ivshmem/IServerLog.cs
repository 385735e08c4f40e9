using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.ShmMedium.Ports.Ivshmem;

/// <summary>What goes wrong with VMs that connect, for people.</summary>
internal interface IServerLog : ISocketLog
{
    /// <summary>A VM that another engine has served cannot be served on: not all of it was kept, or the configuration has no socket for it.</summary>
    /// <param name="pid">Of its QEMU; 0: not known.</param>
    void VmLost(string name, int pid);

    /// <summary>A VM cannot be served and got a blank region.</summary>
    /// <param name="allowance">Of whoever causes the line.</param>
    /// <param name="pid">QEMU's process; 0: unknown.</param>
    void VmRefused(LogAllowance allowance, string name, int pid, string reason);

    /// <summary>A VM went before it was taken on.</summary>
    /// <param name="allowance">Of whoever causes the line.</param>
    /// <param name="pid">QEMU's process; 0: unknown.</param>
    void HandshakeFailed(LogAllowance allowance, string socket, int pid, string reason);

    /// <summary>VMs that connect cannot be taken on for now: no descriptors or no memory. Told once, until one was.</summary>
    void AcceptFailed(string socket, string reason);
}
