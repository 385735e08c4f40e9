namespace ShmWifi.Dot11;

/// <summary>A frequency band. Source: linux include/uapi/linux/nl80211.h, enum nl80211_band.</summary>
public enum Band
{
    /// <summary>2.4 GHz, NL80211_BAND_2GHZ.</summary>
    Ghz2 = 0,

    /// <summary>5 GHz, NL80211_BAND_5GHZ.</summary>
    Ghz5 = 1,

    /// <summary>6 GHz, NL80211_BAND_6GHZ.</summary>
    Ghz6 = 3,
}
