namespace ShmWifi.Dot11.Rates;

/// <summary>How one link of the retry chain is sent.</summary>
/// <remarks>Source: linux drivers/net/wireless/virtual/mac80211_hwsim.h, enum hwsim_tx_rate_flags.</remarks>
[Flags]
public enum TxRateFlags : ushort
{
    /// <summary>No flag: a legacy rate, long preamble.</summary>
    None = 0,

    /// <summary>Behind RTS and CTS.</summary>
    UseRtsCts = 1 << 0,

    /// <summary>Behind CTS to self.</summary>
    UseCtsProtect = 1 << 1,

    /// <summary>Short preamble, where the rate has one: DSSS above 1 Mbit/s.</summary>
    UseShortPreamble = 1 << 2,

    /// <summary>The index is an HT MCS.</summary>
    Mcs = 1 << 3,

    /// <summary>HT greenfield format.</summary>
    GreenField = 1 << 4,

    /// <summary>40 MHz wide.</summary>
    Width40Mhz = 1 << 5,

    /// <summary>Sent on both 20 MHz halves of a 40 MHz channel.</summary>
    DupData = 1 << 6,

    /// <summary>Guard interval of 0.4 µs instead of 0.8 µs.</summary>
    ShortGi = 1 << 7,

    /// <summary>The index is (NSS - 1) &lt;&lt; 4 | VHT MCS.</summary>
    VhtMcs = 1 << 8,

    /// <summary>80 MHz wide.</summary>
    Width80Mhz = 1 << 9,

    /// <summary>160 MHz wide.</summary>
    Width160Mhz = 1 << 10,
}
