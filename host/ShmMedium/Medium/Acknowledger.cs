using System.Runtime.InteropServices;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>Who acknowledges a frame.</summary>
/// <param name="Port">The port of the radio.</param>
/// <param name="RxIndex">The frame's descriptor in the port's RX ring.</param>
/// <param name="IsCertain">The radio is known to listen on the frame's channel; else its guest says whether it took the frame.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Acknowledger(Port Port, uint RxIndex, bool IsCertain)
{
    /// <summary>Of several (clones, spoofed addresses) one that is sure to have received, and the one that comes to it first: a stopped one
    /// delays nobody.</summary>
    public static Acknowledger Prefer(Acknowledger? one, in Acknowledger other)
    {
        if (one is not { } first)
            return other;
        if (first.IsCertain != other.IsCertain)
            return first.IsCertain ? first : other;
        return other.Port.OutstandingRx < first.Port.OutstandingRx ? other : first;
    }
}
