using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration.Medium;

internal sealed partial class MediumReader
{
    private const int MinFreqMhz = 1000, MaxFreqMhz = 72_000; // 802.11's bands below 72 GHz, and what may reach into them
    private const int MaxBandwidthMhz = 1000;

    private static readonly TimeSpan MinPeriod = TimeSpan.FromMilliseconds(0.1); // each burst is an event of the engine's
    private static readonly Bounds DutyCycle = new(0.001, 1);

    private readonly HashSet<string> _jammerNames = new(StringComparer.Ordinal);

    /// <summary>A jammer.</summary>
    /// <param name="mayReplace">Whether its name may be there already.</param>
    public JammerConfiguration ReadJammer(YamlNode node, bool mayReplace)
    {
        var section = new Section(node, "jammers", MediumKeys.Jammer, errors);
        if (section.Value("name") is null)
            section.Missing("name", $"{NameAllowed}; 'radios' and 'links' name it by it");
        if (section.Value("freqMhz") is null)
            section.Missing("freqMhz", $"a whole number from {MinFreqMhz} to {MaxFreqMhz}: the centre of its spectrum");
        string? name = ReadName(section);
        if (name is not null && !_jammerNames.Add(name) && !mayReplace)
            errors.Add(section.Value("name")!, $"a jammer called '{name}' is there already; give each its own name");
        return new(name ?? "", section.Integer("freqMhz", MinFreqMhz, MinFreqMhz, MaxFreqMhz))
        {
            BandwidthMhz = section.Integer("bandwidthMhz", JammerConfiguration.DefaultBandwidthMhz, 1, MaxBandwidthMhz),
            Period = section.Duration("period", MinPeriod, TimeSpan.FromHours(1)) ?? JammerConfiguration.DefaultPeriod,
            DutyCycle = section.Number("dutyCycle", DutyCycle) ?? 1,
        };
    }

    private List<JammerConfiguration> ReadJammers(Section top)
    {
        int before = errors.Count;
        List<JammerConfiguration> jammers =
            [.. top.Items("jammers", "a list of jammers", MediumLimits.Jammers).Select(node => ReadJammer(node, mayReplace: false))];
        if (errors.Count == before && MediumLimits.TooManyBursts(jammers) is { } problem)
            errors.Add(top.Value("jammers")!, problem);
        return jammers;
    }
}
