namespace ShmWifi.Dot11.Rates;

/// <summary>How bits become symbols.</summary>
public enum Modulation
{
    /// <summary>Differential BPSK: DSSS, 1 Mbit/s.</summary>
    Dbpsk,

    /// <summary>Differential QPSK: DSSS, 2 Mbit/s.</summary>
    Dqpsk,

    /// <summary>Complementary code keying, 4 or 8 bits in 8 chips.</summary>
    Cck,

    /// <summary>BPSK.</summary>
    Bpsk,

    /// <summary>QPSK.</summary>
    Qpsk,

    /// <summary>16-QAM.</summary>
    Qam16,

    /// <summary>64-QAM.</summary>
    Qam64,

    /// <summary>256-QAM.</summary>
    Qam256,

    /// <summary>1024-QAM.</summary>
    Qam1024,

    /// <summary>4096-QAM.</summary>
    Qam4096,
}
