using System.Runtime.InteropServices;

namespace ShmWifi.Hwsim.Clock;

/// <summary>The host's clock as far as we know it.</summary>
/// <param name="AtNs">When it was made, our clock.</param>
/// <param name="Skew">By how much the offset grows: nanoseconds a nanosecond.</param>
/// <param name="ErrorNs">The offset is wrong by this much at most, if the skew stays.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ClockEstimate(long AtNs, long OffsetNs, double Skew, long ErrorNs)
{
    /// <summary>A time of ours in the host's clock.</summary>
    /// <param name="ownNs">Our clock.</param>
    public long ToHost(long ownNs) => ownNs + OffsetNs + (long)((ownNs - AtNs) * Skew);
}
