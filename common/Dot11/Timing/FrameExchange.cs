using ShmWifi.Dot11.Rates;

namespace ShmWifi.Dot11.Timing;

/// <summary>Frames and their responses: which rate a response has, and how long it all takes.</summary>
/// <remarks>Source: IEEE 802.11-2020 clauses 9.3.1 (lengths), 10.6.6.5 (rates of control responses).</remarks>
public static class FrameExchange
{
    /// <summary>Octets of the FCS, which mac80211's frames come without.</summary>
    public const int FcsOctets = 4;

    /// <summary>Octets of an ACK, FCS included.</summary>
    public const int AckOctets = 14;

    /// <summary>Octets of a CTS, FCS included.</summary>
    public const int CtsOctets = 14;

    /// <summary>Octets of an RTS, FCS included.</summary>
    public const int RtsOctets = 20;

    /// <summary>The rate of an ACK, CTS or BlockAck: the fastest mandatory one of the same
    /// modulation class that is not faster than the frame.</summary>
    /// <param name="rate">The frame's. HT, VHT, HE and EHT stand for the OFDM rate of the same modulation and code rate: clause 10.6, non-HT basic
    /// rate calculation.</param>
    /// <remarks>
    /// Mandatory are 1, 2, 5.5, 11 Mbit/s (DSSS, CCK) and 6, 12, 24 Mbit/s (OFDM; in 10 MHz half, in 5 MHz a quarter of that). A BSS
    /// whose basic rates are others answers at those: the medium does
    /// not know them. A response's preamble is short where the frame's is, and long after 1 Mbit/s.
    /// </remarks>
    public static PhyRate ResponseRate(in PhyRate rate) => rate.IsDsss ? rate : (rate.Modulation, rate.CodeRate) switch
    {
        (Modulation.Bpsk, _) => PhyRate.Legacy(60).In(rate.Spacing),
        (Modulation.Qpsk, _) => PhyRate.Legacy(120).In(rate.Spacing),
        _ => PhyRate.Legacy(240).In(rate.Spacing),
    };

    /// <summary>The rate of what protects a frame: 11 Mbit/s where 802.11b stations shall
    /// receive it (CTS to self on 2.4 GHz), else that of a response
    /// to the frame.</summary>
    /// <param name="flags"><see cref="TxRateFlags.UseRtsCts"/> or <see cref="TxRateFlags.UseCtsProtect"/>; RTS if both.</param>
    public static PhyRate ProtectionRate(in PhyRate rate, Band band, TxRateFlags flags) =>
        band == Band.Ghz2 && rate is { IsDsss: false, Spacing: ChannelSpacing.Mhz20 } && !UsesRts(flags) ? PhyRate.Legacy(110) : ResponseRate(rate);

    /// <summary>Whole exchange of a unicast frame that is acknowledged: from the start of its first PPDU to the end of the ACK.</summary>
    /// <param name="mpduOctets">Of the data frame, FCS included.</param>
    /// <param name="protection">What goes before the frame: RTS and CTS, CTS to self, or nothing.</param>
    /// <returns>ns.</returns>
    public static long DurationNs(in PhyRate rate, int mpduOctets, Band band, MacTiming timing, TxRateFlags protection = TxRateFlags.None)
    {
        ArgumentNullException.ThrowIfNull(timing);
        return ProtectionNs(rate, band, timing, protection)
            + Airtime.Ppdu(rate, Airtime.PsduOctets(rate, mpduOctets), band)
            + timing.SifsNs
            + Airtime.Ppdu(ResponseRate(rate), AckOctets, band);
    }

    /// <summary>What goes before a data frame: RTS, SIFS, CTS, SIFS; or CTS to self, SIFS; or nothing.</summary>
    /// <param name="flags"><see cref="TxRateFlags.UseRtsCts"/>, <see cref="TxRateFlags.UseCtsProtect"/>, or neither; RTS if both.</param>
    /// <returns>ns.</returns>
    public static long ProtectionNs(in PhyRate rate, Band band, MacTiming timing, TxRateFlags flags)
    {
        ArgumentNullException.ThrowIfNull(timing);
        if ((flags & (TxRateFlags.UseRtsCts | TxRateFlags.UseCtsProtect)) == TxRateFlags.None) return 0;

        var protection = ProtectionRate(rate, band, flags);
        long ctsNs = Airtime.Ppdu(protection, CtsOctets, band) + timing.SifsNs;
        return UsesRts(flags) ? Airtime.Ppdu(protection, RtsOctets, band) + timing.SifsNs + ctsNs : ctsNs;
    }

    private static bool UsesRts(TxRateFlags flags) => (flags & TxRateFlags.UseRtsCts) != TxRateFlags.None;
}
