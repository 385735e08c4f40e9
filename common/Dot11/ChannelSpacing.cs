namespace ShmWifi.Dot11;

/// <summary>How far apart channels are: what the clock of an OFDM PHY follows from.</summary>
/// <remarks>Source: IEEE 802.11-2020 clause 17.1: half clocked in 10 MHz, quarter clocked in 5 MHz, so that all of the PHY's times are twice and
/// four times as long. Wider channels, of HT and later PHYs, are made of those of 20 MHz.</remarks>
public enum ChannelSpacing : byte
{
    /// <summary>The usual one, and that of all other PHYs.</summary>
    Mhz20,

    /// <summary>Half clocked: 802.11p.</summary>
    Mhz10,

    /// <summary>Quarter clocked.</summary>
    Mhz5,
}

/// <summary>What follows from a <see cref="ChannelSpacing"/>.</summary>
public static class ChannelSpacings
{
    /// <summary>How many times as long an OFDM PHY's times are: 1, 2 or 4.</summary>
    public static int ClockDivisor(this ChannelSpacing spacing) => 1 << (int)spacing;

    /// <summary>The spacing in MHz: 20, 10 or 5.</summary>
    public static int Mhz(this ChannelSpacing spacing) => 20 >> (int)spacing;

    /// <summary>The spacing of so many MHz; null: there is none.</summary>
    public static ChannelSpacing? FromMhz(int mhz) => mhz switch
    {
        20 => ChannelSpacing.Mhz20,
        10 => ChannelSpacing.Mhz10,
        5 => ChannelSpacing.Mhz5,
        _ => null,
    };
}
