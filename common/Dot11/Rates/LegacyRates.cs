namespace ShmWifi.Dot11.Rates;

/// <summary>The legacy rates of a band: what hwsim's rate indices count through.</summary>
/// <remarks>Source: linux drivers/net/wireless/virtual/mac80211_hwsim.c, hwsim_rates[]; the bands above 2.4 GHz leave out
/// the first four, DSSS and CCK.</remarks>
public static class LegacyRates
{
    /// <summary>How many of the rates on 2.4 GHz are DSSS or CCK; the others are OFDM.</summary>
    public const int DsssCount = 4;

    private static ReadOnlySpan<ushort> All => [10, 20, 55, 110, 60, 90, 120, 180, 240, 360, 480, 540];

    /// <summary>The rates of <paramref name="band"/> in 100 kbit/s, at hwsim's indices: 12 on 2.4 GHz, 8 on 5 and 6 GHz.</summary>
    public static ReadOnlySpan<ushort> Of(Band band) => band == Band.Ghz2 ? All : All[DsssCount..];

    /// <summary>hwsim's index of a rate that is DSSS, CCK or OFDM on 2.4 GHz, OFDM above.</summary>
    public static int IndexOf(in PhyRate legacy, Band band) => band == Band.Ghz2 ? legacy.Mcs : legacy.Mcs - DsssCount;
}
