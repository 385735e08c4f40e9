namespace ShmWifi.Configuration.Medium;

/// <summary>A source of noise that is no guest, such as a jammer or a microwave oven: on for a part of each period.</summary>
/// <remarks>Where it is, how it moves and how strong it is, <c>radios</c> says of its name, as of a VM; <c>links</c> may name it, too.</remarks>
/// <param name="Name">Unique among jammers.</param>
/// <param name="FreqMhz">Centre of its spectrum.</param>
public sealed record JammerConfiguration(string Name, int FreqMhz)
{
    /// <summary>Width of its spectrum, over which its power is spread evenly, MHz.</summary>
    public int BandwidthMhz { get; init; } = DefaultBandwidthMhz;

    /// <summary>From one burst's start to the next.</summary>
    public TimeSpan Period { get; init; } = DefaultPeriod;

    /// <summary>For which part of the period it is on, above 0 to 1.</summary>
    public double DutyCycle { get; init; } = 1;

    /// <summary>MHz: a channel.</summary>
    public const int DefaultBandwidthMhz = 20;

    /// <summary>Of one that is always on, how often its place and strength are looked at again.</summary>
    public static readonly TimeSpan DefaultPeriod = TimeSpan.FromMilliseconds(10);
}
