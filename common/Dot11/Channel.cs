using System.Runtime.InteropServices;

namespace ShmWifi.Dot11;

/// <summary>A channel: its band and its number in the band.</summary>
/// <remarks>Source: IEEE 802.11-2020 annex E; linux net/wireless/util.c, ieee80211_channel_to_freq_khz().</remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Channel
{
    private const int LastOf2Ghz = 13;
    private const int JapanOf2Ghz = 14;
    private const int LastOf5Ghz = 185; // hwsim's, 5925 MHz
    private const int LastOf6Ghz = 233;

    private Channel(Band band, int number, int frequencyMhz)
    {
        Band = band;
        Number = number;
        FrequencyMhz = frequencyMhz;
    }

    /// <summary>Band.</summary>
    public Band Band { get; }

    /// <summary>Number: 1..14 on 2.4 GHz, 1..185 on 5 GHz, 1..233 on 6 GHz.</summary>
    public int Number { get; }

    /// <summary>Centre of the channel's 20 MHz, in MHz.</summary>
    public int FrequencyMhz { get; }

    /// <summary>The channel at a centre frequency in MHz; false if there is none.</summary>
    public static bool TryFromFrequency(int frequencyMhz, out Channel channel) => frequencyMhz switch
    {
        2484 => TryFromNumber(Band.Ghz2, JapanOf2Ghz, out channel),
        <= 2472 => TryFromGrid(Band.Ghz2, 2407, frequencyMhz, out channel),
        5935 => TryFromNumber(Band.Ghz6, 2, out channel),
        <= 5925 => TryFromGrid(Band.Ghz5, 5000, frequencyMhz, out channel),
        _ => TryFromGrid(Band.Ghz6, 5950, frequencyMhz, out channel),
    };

    /// <summary>Whose legacy rates a frame on that frequency, in MHz, counts through: a frequency of no band counts as 2.4 GHz.</summary>
    public static Band BandOf(uint frequencyMhz) => TryFromFrequency((int)frequencyMhz, out var channel) ? channel.Band : Band.Ghz2;

    /// <summary>The channel of a number in a band; false if there is none.</summary>
    public static bool TryFromNumber(Band band, int number, out Channel channel)
    {
        int? frequencyMhz = (band, number) switch
        {
            (Band.Ghz2, JapanOf2Ghz) => 2484,
            (Band.Ghz2, >= 1 and <= LastOf2Ghz) => 2407 + (5 * number),
            (Band.Ghz5, >= 1 and <= LastOf5Ghz) => 5000 + (5 * number),
            (Band.Ghz6, 2) => 5935, // operating class 136
            (Band.Ghz6, >= 1 and <= LastOf6Ghz) => 5950 + (5 * number),
            _ => null,
        };
        channel = frequencyMhz is { } mhz ? new Channel(band, number, mhz) : default;
        return frequencyMhz is not null;
    }

    /// <summary>Such as <c>6 (2437 MHz)</c>.</summary>
    public override string ToString() => $"{Number} ({FrequencyMhz} MHz)";

    private static bool TryFromGrid(Band band, int startMhz, int frequencyMhz, out Channel channel)
    {
        if (TryFromNumber(band, (frequencyMhz - startMhz) / 5, out channel) && channel.FrequencyMhz == frequencyMhz) return true;
        channel = default;
        return false;
    }
}
