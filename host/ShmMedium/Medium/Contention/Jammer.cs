using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>A source of noise on the medium.</summary>
/// <param name="Endpoint">How strong it is where; no radio's.</param>
/// <param name="SinceNs">When its first burst began, or will, ns of the medium's time: others follow period by period, whoever models them.</param>
internal sealed record Jammer(JammerConfiguration Configuration, LinkEndpoint Endpoint, long SinceNs)
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

    /// <summary>How much of its period is over.</summary>
    /// <param name="mediumNs">Not before <see cref="SinceNs"/>.</param>
    public long ElapsedNs(long mediumNs) => (mediumNs - SinceNs) % PeriodNs;
}
