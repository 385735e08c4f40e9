namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>A 20 MHz channel that stations are on.</summary>
internal sealed class ContentionChannel(int stations)
{
    /// <summary>Its centre, MHz.</summary>
    public int FreqMhz { get; private set; }

    /// <summary>Its part of the spectrum.</summary>
    public FrequencyRange Range { get; private set; }

    /// <summary>Who is on it.</summary>
    public IndexSet Stations { get; } = new(stations);

    /// <summary>How many are.</summary>
    public int Count { get; set; }

    /// <summary>What reaches into it.</summary>
    public Overlaps Overlaps { get; } = new();

    /// <summary>It is free, and becomes that of another frequency.</summary>
    public void Become(int freqMhz) => (FreqMhz, Range) = (freqMhz, FrequencyRange.Of20Mhz(freqMhz));
}
