namespace ShmWifi.Dot11.Rates;

/// <summary>Which PHY a PPDU is of.</summary>
public enum PhyKind : byte
{
    /// <summary>DSSS, 1 and 2 Mbit/s: IEEE 802.11-2020 clause 15.</summary>
    Dsss,

    /// <summary>CCK, 5.5 and 11 Mbit/s: HR/DSSS, clause 16.</summary>
    Cck,

    /// <summary>OFDM, 6 to 54 Mbit/s: clause 17, and on 2.4 GHz ERP-OFDM, clause 18.</summary>
    Ofdm,

    /// <summary>HT: clause 19.</summary>
    Ht,

    /// <summary>VHT: clause 21.</summary>
    Vht,

    /// <summary>HE: IEEE 802.11ax-2021 clause 27.</summary>
    He,

    /// <summary>EHT: IEEE 802.11be-2024 clause 36.</summary>
    Eht,
}
