using ShmWifi.Dot11.Rates;

namespace ShmWifi.ShmMedium.Medium.Phy;

/// <summary>The built-in curves: how often an octet is wrong in white noise, as formulae of the SNR.</summary>
/// <remarks>
/// The NIST model of ns-3, which its authors compared with 802.11b and 802.11g cards on a channel emulator: hard decisions, no gain from LDPC.
/// Source: G. Pei, T. R. Henderson, "Validation of OFDM error rate model in ns-3", Boeing,
/// 2010, and "Validation of ns-3 802.11b PHY model", Boeing, 2009.
/// </remarks>
internal static class AwgnErrors
{
    private const double NoiseBandwidthMhz = 20;
    private const double CckSymbolsPerMicrosecond = 11.0 / 8;

    /// <summary>-ln of the probability that one octet of a PSDU is right.</summary>
    /// <param name="rate">Of one stream, 20 MHz wide.</param>
    /// <param name="snr">Ratio of signal to noise in 20 MHz; not dB.</param>
    /// <returns>0 or more; infinity: nothing gets through.</returns>
    public static double Exponent(in PhyRate rate, double snr) => rate.Modulation switch
    {
        Modulation.Dbpsk => Octet(8, Dbpsk(snr * NoiseBandwidthMhz)),
        Modulation.Dqpsk => Octet(8, Dqpsk(snr * NoiseBandwidthMhz / 2)),
        Modulation.Cck => Octet(
            8.0 / rate.DataBitsPerSymbol,
            CckSymbol(rate.DataBitsPerSymbol, snr * NoiseBandwidthMhz / CckSymbolsPerMicrosecond)),
        _ => Octet(8, ConvolutionalCode.DecodedBitError(rate.CodeRate, CodedBit(rate.Modulation, snr))),
    };

    private static double Octet(double units, double error) => error switch
    {
        >= 1 => double.PositiveInfinity,
        < 1e-6 => units * error, // -ln(1 - e), without the rounding of 1 - e
        _ => -units * Math.Log(1 - error),
    };

    /// <summary>DBPSK, differentially detected: exp(-Eb/N0) / 2.</summary>
    private static double Dbpsk(double energyPerBit) => 0.5 * Math.Exp(-energyPerBit);

    /// <summary>DQPSK with Gray coding, differentially detected.</summary>
    /// <remarks>Source: G. Ferrari, G. E. Corazza, "Tight bounds and accurate approximations for DQPSK transmission bit error rate",
    /// Electronics Letters 40 (20), 2004.</remarks>
    private static double Dqpsk(double energyPerBit)
    {
        double scale = (Math.Sqrt(2) + 1) / Math.Sqrt(8 * Math.PI * Math.Sqrt(2) * energyPerBit);
        return Math.Min(scale * Math.Exp(-(2 - Math.Sqrt(2)) * energyPerBit), 0.5);
    }

    /// <summary>A CCK symbol: 16 biorthogonal code words (4 bits), or two such halves (8 bits), each with half of the energy.</summary>
    /// <remarks>The union bound of biorthogonal signals at half the energy, which is where Pei and Henderson put their integral.
    /// Source: M. B. Pursley, T. C. Royster, "Properties and performance of the IEEE 802.11b complementary-code-key signal sets",
    /// IEEE Transactions on Communications 57 (2), 2009, equations 17 and 18, as Pei and Henderson use them.</remarks>
    private static double CckSymbol(int bits, double energyPerSymbol)
    {
        if (bits == 8)
        {
            double half = CckSymbol(4, energyPerSymbol / 2);
            return half * (2 - half);
        }

        double energy = energyPerSymbol / 2;
        return Math.Min((14 * Gauss.Q(Math.Sqrt(energy))) + Gauss.Q(Math.Sqrt(2 * energy)), 1);
    }

    /// <summary>A bit of BPSK or Gray-coded square QAM before decoding: 4 / log2 M (1 - 1 / sqrt M) Q(sqrt(3 SNR / (M - 1))).</summary>
    private static double CodedBit(Modulation modulation, double snr)
    {
        int bits = modulation switch
        {
            Modulation.Bpsk => 1,
            Modulation.Qpsk => 2,
            Modulation.Qam16 => 4,
            Modulation.Qam64 => 6,
            Modulation.Qam256 => 8,
            Modulation.Qam1024 => 10,
            _ => 12,
        };
        if (bits == 1) return Gauss.Q(Math.Sqrt(2 * snr));

        double points = 1 << bits;
        return 4.0 / bits * (1 - (1 / Math.Sqrt(points))) * Gauss.Q(Math.Sqrt(3 * snr / (points - 1)));
    }
}
