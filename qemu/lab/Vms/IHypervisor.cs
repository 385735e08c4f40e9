using ShmWifi.Lab.Processes;

namespace ShmWifi.Lab.Vms;

/// <summary>What runs a VM: its command, the sockets of its guest's serial ports, and its end.</summary>
internal interface IHypervisor : IDisposable
{
    /// <summary>What messages call it, such as "QEMU".</summary>
    string Name { get; }

    /// <summary>Starts it; again, on the same sockets, after it has ended.</summary>
    ChildProcess Start();

    /// <summary>Has it end at once, in order, if it still listens to anybody; the guest is told nothing.</summary>
    /// <param name="limit">For that.</param>
    Task QuitAsync(ChildProcess process, TimeSpan limit);
}
