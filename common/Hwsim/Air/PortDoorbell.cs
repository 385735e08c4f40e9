using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Air;

/// <summary>The doorbell of a device, counted for its port.</summary>
/// <param name="device">The device.</param>
/// <param name="port">The port.</param>
internal sealed class PortDoorbell(IPortDevice device, GuestPort port) : IDoorbell
{
    /// <inheritdoc/>
    public void Ring(bool isAsked)
    {
        if (isAsked)
            device.RingHost();
        port.Count(isAsked ? GuestCounter.Doorbells : GuestCounter.DoorbellsSuppressed);
    }
}
