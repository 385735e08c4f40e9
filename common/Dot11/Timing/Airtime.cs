using ShmWifi.Dot11.Rates;

namespace ShmWifi.Dot11.Timing;

/// <summary>How long a PPDU is on the medium: TXTIME of the standard.</summary>
/// <remarks>
/// HE and EHT: to a single user, without packet extension, doppler or STBC; the LTFs are
/// 2x with guard intervals of 0.8 and 1.6 µs and 4x with 3.2 µs;
/// BCC to 20 MHz, MCS 9 and 4 streams, else LDPC, whose extra symbol is left out. HT and VHT: BCC.
/// Source: IEEE 802.11-2020 clauses 15.2, 16.2 and 16.3 (DSSS, CCK), 17.4.3 (OFDM), 18.5.3 (ERP), 19.4.3 (HT), 21.4.3 (VHT);
/// IEEE 802.11ax-2021 clause 27.4.3; IEEE 802.11be-2024 clause 36.4.3.
/// </remarks>
public static class Airtime
{
    private const int ServiceBits = 16;
    private const int TailBits = 6; // of each encoder
    private const int LegacyPreambleNs = 20_000; // L-STF 8, L-LTF 8, L-SIG 4 µs
    private const int SignalExtensionNs = 6_000; // on 2.4 GHz, so that SIFS 10 µs and this make OFDM's 16 µs: clause 10.3.8

    /// <summary>Duration of a PPDU.</summary>
    /// <param name="octets">Of the PSDU, FCS included; see <see cref="PsduOctets"/>.</param>
    /// <param name="band">OFDM in 20 MHz, HT, HE and EHT are followed by the signal extension on 2.4 GHz.</param>
    /// <returns>ns.</returns>
    public static long Ppdu(in PhyRate rate, int octets, Band band) => PreambleNs(rate) + DataNs(rate, octets) + ExtensionNs(rate, band);

    /// <summary>Duration of all in front of the data: preamble, PLCP header, SIGNAL fields, training fields.</summary>
    /// <returns>ns.</returns>
    public static int PreambleNs(in PhyRate rate) => rate.Preamble switch
    {
        Preamble.DsssLong => 192_000, // SYNC 128 + SFD 16 + header 48 bits at 1 Mbit/s
        Preamble.DsssShort => 96_000, // SYNC 56 + SFD 16 bits at 1 Mbit/s, header 48 bits at 2 Mbit/s
        Preamble.Ofdm => LegacyPreambleNs * rate.Spacing.ClockDivisor(),
        Preamble.HtMixed => LegacyPreambleNs + 8_000 + 4_000 + (HtLtfs(rate.Nss) * 4_000), // HT-SIG, HT-STF, HT-LTFs
        Preamble.HtGreenfield => 8_000 + 8_000 + 8_000 + ((HtLtfs(rate.Nss) - 1) * 4_000), // HT-GF-STF, HT-LTF1, HT-SIG, more HT-LTFs
        Preamble.Vht => LegacyPreambleNs + 8_000 + 4_000 + (Ltfs(rate.Nss) * 4_000) + 4_000, // VHT-SIG-A, VHT-STF, VHT-LTFs, VHT-SIG-B
        Preamble.He => LegacyPreambleNs + 4_000 + 8_000 + 4_000 + HeLtfsNs(rate), // RL-SIG, HE-SIG-A, HE-STF, HE-LTFs
        _ => LegacyPreambleNs + 4_000 + 8_000 + 8_000 + 4_000 + HeLtfsNs(rate), // RL-SIG, U-SIG, EHT-SIG, EHT-STF, EHT-LTFs
    };

    /// <summary>Octets of the PSDU that carries one MPDU.</summary>
    /// <param name="rate">VHT, HE and EHT carry A-MPDUs only, so that even a single MPDU has a
    /// delimiter of 4 octets. IEEE 802.11-2020 clauses 9.7.1 and 10.12.</param>
    /// <param name="mpduOctets">Of the MPDU, FCS included.</param>
    public static int PsduOctets(in PhyRate rate, int mpduOctets) => rate.Kind >= PhyKind.Vht ? mpduOctets + 4 : mpduOctets;

    private static long DataNs(in PhyRate rate, int octets)
    {
        long bits = 8L * octets;
        switch (rate.Kind)
        {
            case PhyKind.Dsss or PhyKind.Cck: // LENGTH is in µs, rounded up: clause 16.2.3
                return CeilingOf(bits * 10, rate.BitRate100Kbps) * 1000;
            case PhyKind.Ofdm:
                return Symbols(rate, bits + ServiceBits + TailBits) * rate.SymbolNs;
            case PhyKind.Ht or PhyKind.Vht:
                long symbols = Symbols(rate, bits + ServiceBits + (TailBits * Encoders(rate)));
                long dataNs = symbols * rate.SymbolNs;
                return rate.Preamble == Preamble.HtGreenfield ? dataNs : CeilingOf(dataNs, 4_000) * 4_000; // L-SIG counts symbols of 4 µs
            default:
                bool isBcc = rate is { BandwidthMhz: 20, Mcs: <= 9, Nss: <= 4 };
                return Symbols(rate, bits + ServiceBits + (isBcc ? TailBits : 0)) * rate.SymbolNs;
        }
    }

    private static int ExtensionNs(in PhyRate rate, Band band) =>
        band == Band.Ghz2 && !rate.IsDsss && rate.Spacing == ChannelSpacing.Mhz20 ? SignalExtensionNs : 0;

    private static long Symbols(in PhyRate rate, long bits) => CeilingOf(bits, rate.DataBitsPerSymbol);

    /// <summary>N_ES of BCC: one encoder for each 300 Mbit/s in HT, 600 Mbit/s in VHT, at the short guard interval.</summary>
    /// <remarks>Clauses 19.5 and 21.5; some VHT rates of 5 streams and more have one encoder more there.</remarks>
    private static int Encoders(in PhyRate rate) => (int)CeilingOf(rate.DataBitsPerSymbol, rate.Kind == PhyKind.Ht ? 1080 : 2160);

    /// <summary>N_HTDLTF: table 19-13.</summary>
    private static int HtLtfs(int nss) => nss == 3 ? 4 : nss;

    /// <summary>N_VHTLTF: table 21-13; HE's and EHT's are the same.</summary>
    private static int Ltfs(int nss) => nss is 1 ? 1 : nss + (nss & 1);

    /// <summary>HE- or EHT-LTFs: 6.4 µs (2x) or 12.8 µs (4x) each, and a guard interval.</summary>
    private static int HeLtfsNs(in PhyRate rate) =>
        Ltfs(rate.Nss) * ((rate.GuardInterval == GuardInterval.Ns3200 ? 12_800 : 6_400) + (int)rate.GuardInterval);

    private static long CeilingOf(long dividend, long divisor) => (dividend + divisor - 1) / divisor;
}
