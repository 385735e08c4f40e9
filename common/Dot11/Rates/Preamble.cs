namespace ShmWifi.Dot11.Rates;

/// <summary>The preamble in front of a PPDU. Source: IEEE 802.11-2020, clauses as given.</summary>
public enum Preamble : byte
{
    /// <summary>DSSS and CCK, long: 192 µs with the header. Clauses 15.2.2, 16.2.2.2.</summary>
    DsssLong,

    /// <summary>DSSS and CCK, short: 96 µs with the header. Clause 16.2.2.3.</summary>
    DsssShort,

    /// <summary>OFDM: 20 µs with SIGNAL, in 10 MHz 40 µs, in 5 MHz 80 µs. Clause 17.3.2.</summary>
    Ofdm,

    /// <summary>HT-mixed format. Clause 19.3.2.</summary>
    HtMixed,

    /// <summary>HT-greenfield format. Clause 19.3.2.</summary>
    HtGreenfield,

    /// <summary>VHT. Clause 21.3.2.</summary>
    Vht,

    /// <summary>HE, single user. IEEE 802.11ax-2021 clause 27.3.4.</summary>
    He,

    /// <summary>EHT, MU PPDU to a single user. IEEE 802.11be-2024 clause 36.3.4.</summary>
    Eht,
}
