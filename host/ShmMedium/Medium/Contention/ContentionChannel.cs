using ShmWifi.Dot11;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>A channel of 20 MHz, or a narrower one, that stations are on.</summary>
internal sealed class ContentionChannel(int stations)
{
    /// <summary>Its centre, MHz.</summary>
    public int FreqMhz { get; private set; }

    /// <summary>How wide it is.</summary>
    public ChannelSpacing Spacing { get; private set; }

    /// <summary>Its part of the spectrum.</summary>
    public FrequencyRange Range { get; private set; }

    /// <summary>Who is on it.</summary>
    public IndexSet Stations { get; } = new(stations);

    /// <summary>How many are.</summary>
    public int Count { get; set; }

    /// <summary>What reaches into it.</summary>
    public Overlaps Overlaps { get; } = new();

    /// <summary>It is free, and becomes another one.</summary>
    public void Become(int freqMhz, ChannelSpacing spacing) =>
        (FreqMhz, Spacing, Range) = (freqMhz, spacing, FrequencyRange.Around(freqMhz, spacing.Mhz()));
}
