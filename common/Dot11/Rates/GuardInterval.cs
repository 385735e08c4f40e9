namespace ShmWifi.Dot11.Rates;

/// <summary>The guard interval in front of each OFDM symbol, in ns.</summary>
public enum GuardInterval : ushort
{
    /// <summary>DSSS and CCK have none.</summary>
    None = 0,

    /// <summary>0.4 µs: HT and VHT, short.</summary>
    Ns400 = 400,

    /// <summary>0.8 µs: OFDM, HT, VHT, HE, EHT.</summary>
    Ns800 = 800,

    /// <summary>1.6 µs: HE, EHT.</summary>
    Ns1600 = 1600,

    /// <summary>3.2 µs: HE, EHT.</summary>
    Ns3200 = 3200,
}
