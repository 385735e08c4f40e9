using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>A source of noise on the medium.</summary>
/// <param name="Endpoint">How strong it is where; no radio's.</param>
internal sealed record Jammer(JammerConfiguration Configuration, LinkEndpoint Endpoint)
{
    /// <summary>What it is called in its place as a radio's: it has one alone.</summary>
    public const string RadioName = "jammer";

    /// <summary>Centre of its spectrum, MHz.</summary>
    public int FreqMhz => Configuration.FreqMhz;

    /// <summary>Its spectrum.</summary>
    public FrequencyRange Range { get; } = FrequencyRange.Around(Configuration.FreqMhz, Configuration.BandwidthMhz);

    /// <summary>From one burst's start to the next, ns.</summary>
    public long PeriodNs { get; } = Configuration.Period.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>How long a burst is, ns.</summary>
    public long BurstNs { get; } = Math.Max((long)(Configuration.Period.Ticks * TimeSpan.NanosecondsPerTick * Configuration.DutyCycle), 1);
}
