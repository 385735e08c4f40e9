namespace ShmWifi.Lab.Measure;

/// <summary>The outcome of UDP datagrams that were sent at a fixed rate.</summary>
/// <param name="Lost">Of them, those that the receiver never saw.</param>
/// <param name="JitterMs">Smoothed difference of transit times at the end, in milliseconds (RFC 3550, 6.4.1).</param>
internal sealed record UdpResult(long Sent, long Lost, double JitterMs)
{
    /// <summary>Part that was lost, in percent.</summary>
    public double LostPercent => Sent == 0 ? 0 : 100.0 * Lost / Sent;
}
