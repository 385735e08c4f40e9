using System.Runtime.InteropServices;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>The part of the spectrum that a PPDU, or a receiver, takes.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FrequencyRange(int LowMhz, int HighMhz)
{
    private const int DsssHalfMhz = 11; // clause 15.4.5: the main lobe of 11 Mchip/s
    private const int First6GhzMhz = 5945; // where channel 1 begins
    private const int LastOf320Mhz1 = 189; // of the primary channels on 6 GHz; above it there is but a half of one
    private const int LastOf320Mhz2 = 221;
    private const int Ghz2LastBelow = 6; // channels 1..6 have their other 20 MHz above them, the others below

    /// <summary>MHz.</summary>
    public int WidthMhz => HighMhz - LowMhz;

    /// <summary>Whether it is one of the 320 MHz channels that lie between the others: 320 MHz-2 of IEEE 802.11be-2024 clause 36.3.24.2.</summary>
    public bool IsSecond320Mhz => WidthMhz == 320 && (LowMhz - First6GhzMhz) % 320 != 0;

    /// <summary>So many MHz around a centre.</summary>
    public static FrequencyRange Around(int freqMhz, int widthMhz) => new(freqMhz - (widthMhz / 2), freqMhz - (widthMhz / 2) + widthMhz);

    /// <summary>What a PPDU takes.</summary>
    /// <param name="freqMhz">Centre of its primary 20 MHz.</param>
    public static FrequencyRange Of(in PhyRate rate, int freqMhz)
    {
        if (rate.IsDsss)
            return new(freqMhz - DsssHalfMhz, freqMhz + DsssHalfMhz);
        if (rate.BandwidthMhz <= 20)
            return Around(freqMhz, rate.BandwidthMhz);
        if (!Channel.TryFromFrequency(freqMhz, out var channel))
            return Around(freqMhz, 20);
        return Wide(channel, rate.BandwidthMhz);
    }

    /// <summary>MHz that both have.</summary>
    public int OverlapMhz(FrequencyRange other) => Math.Max(Math.Min(HighMhz, other.HighMhz) - Math.Max(LowMhz, other.LowMhz), 0);

    /// <summary>How much of a PPDU's power falls into a range, 0..1: its spectrum is taken as flat.</summary>
    public float ShareIn(FrequencyRange other) => (float)OverlapMhz(other) / WidthMhz;

    /// <summary>The wide channel that a primary channel is part of: the plan's blocks begin at 36, 100 and 149, on 6 GHz at 1.</summary>
    /// <remarks>Source: IEEE 802.11-2020 table E-4 and clause 19.3.15.4. On 2.4 GHz the other 20 MHz are above or below as the BSS has it, which no
    /// frame's rate tells.</remarks>
    private static FrequencyRange Wide(Channel channel, int bandwidthMhz)
    {
        if (channel.Band == Band.Ghz2)
        {
            int low = channel.FrequencyMhz - (channel.Number <= Ghz2LastBelow ? 10 : 30);
            return new(low, low + 40);
        }
        int first = (channel.Band, channel.Number) switch
        {
            (Band.Ghz6, _) => 1,
            (_, >= 149) => 149,
            (_, >= 100) => 100,
            _ => 36,
        };
        int offset = channel.Number - first; // 5 MHz each
        if (offset < 0 || offset % 4 != 0)
            return Around(channel.FrequencyMhz, 20);
        if (bandwidthMhz == 320)
            return Of320Mhz(channel);
        int within = offset * 5 % bandwidthMhz;
        return new(channel.FrequencyMhz - within - 10, channel.FrequencyMhz - within - 10 + bandwidthMhz);
    }

    /// <summary>320 MHz-1, whose blocks begin at channels 1, 65 and 129; where there is none, 320 MHz-2, whose last begins at 161. Which of both a
    /// BSS has no frame's rate tells.</summary>
    /// <remarks>Source: IEEE 802.11be-2024 clause 36.3.24.2 and table E-4, operating class 137.</remarks>
    private static FrequencyRange Of320Mhz(Channel channel)
    {
        if (channel.Band != Band.Ghz6 || channel.Number > LastOf320Mhz2)
            return Around(channel.FrequencyMhz, 20);
        int fromFirst = channel.FrequencyMhz - 10 - First6GhzMhz;
        int low = First6GhzMhz + (channel.Number <= LastOf320Mhz1 ? fromFirst / 320 * 320 : 800);
        return new(low, low + 320);
    }
}
