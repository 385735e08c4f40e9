namespace ShmWifi.Medium.Engine;

/// <summary>The medium without loss: every radio hears every other, at the first attempt.</summary>
public static class PerfectMedium
{
    /// <summary>Signal at each receiver, dBm: a strong one, as of a neighbour on the same desk.</summary>
    public const sbyte SignalDbm = -30;
}
