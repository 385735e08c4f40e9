using ShmWifi.Hwsim.Port;
using ShmWifi.Linux;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>Two eventfds in place of a VM's device: both sides of the port are this process.</summary>
internal sealed class EventfdDevice : IPortDevice, IDisposable
{
    /// <inheritdoc/>
    public int Descriptor => Doorbell.Descriptor;

    /// <summary>The engine rings it.</summary>
    public EventFd Doorbell { get; } = new();

    /// <summary>What the engine waits for.</summary>
    public EventFd KickFd { get; } = new();

    /// <inheritdoc/>
    public string LossReason => "an eventfd reports an error: was it closed?";

    /// <inheritdoc/>
    public bool IsLost => false;

    /// <inheritdoc/>
    public void RingHost() => KickFd.Signal();

    /// <inheritdoc/>
    public void Dispose()
    {
        Doorbell.Dispose();
        KickFd.Dispose();
    }
}
