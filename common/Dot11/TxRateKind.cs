namespace ShmWifi.Dot11;

/// <summary>Which PHY a rate belongs to.</summary>
public enum TxRateKind
{
    /// <summary>DSSS, CCK or OFDM: IEEE 802.11-2020 clauses 15 to 18.</summary>
    Legacy,

    /// <summary>HT: clause 19.</summary>
    Ht,

    /// <summary>VHT: clause 21.</summary>
    Vht,
}
