using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Port;

/// <summary>Wakes the host, and counts it for the port.</summary>
internal sealed class PortDoorbell(IPortDevice device, GuestPort port)
{
    /// <summary>Rings, and counts what the event index saved.</summary>
    /// <param name="isAsked">Whether the host asked for it.</param>
    public void Ring(bool isAsked)
    {
        if (isAsked)
            device.RingHost();
        port.Count(isAsked ? GuestCounter.Doorbells : GuestCounter.DoorbellsSuppressed);
    }
}
