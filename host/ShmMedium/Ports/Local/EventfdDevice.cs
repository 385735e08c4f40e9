using ShmWifi.Hwsim.Port;
using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Medium.Ports.Local;

/// <summary>Two eventfds in place of a VM's device: both sides of the port are this process.</summary>
internal sealed unsafe class EventfdDevice : IPortDevice, IDisposable
{
    /// <summary>Makes them.</summary>
    /// <exception cref="LibCException">No descriptors are left.</exception>
    public EventfdDevice()
    {
        Descriptor = LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd for this kernel's radios");
        Waker = LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd for this kernel's radios");
    }

    /// <inheritdoc/>
    public int Descriptor { get; }

    /// <summary>What the engine waits for.</summary>
    public int Waker { get; }

    /// <inheritdoc/>
    public string LossReason => "an eventfd reports an error: was it closed?";

    /// <inheritdoc/>
    public void RingHost()
    {
        ulong one = 1;
        _ = write(Waker, &one, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = close(Descriptor);
        _ = close(Waker);
    }
}
