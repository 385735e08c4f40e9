using ShmWifi.Dot11.Rates;

namespace ShmWifi.ShmMedium.Medium.Phy;

/// <summary>The binary convolutional code of OFDM, HT, VHT, HE and EHT: constraint length 7, generators 133 and 171 (octal), punctured.</summary>
/// <remarks>IEEE 802.11-2020 clauses 17.3.5.6 and 19.3.11.6.</remarks>
internal static class ConvolutionalCode
{
    /// <summary>Probability that a decoded bit is wrong: the union bound for a decoder of hard decisions.</summary>
    /// <param name="bitError">Probability that a coded bit is wrong.</param>
    /// <remarks>
    /// P_b &lt;= 1 / (2 k) sum c_d D^d, D = sqrt(4 p (1 - p)), over the terms that <see cref="Spectrum"/> has.
    /// Source: G. Pei, T. R. Henderson, "Validation of OFDM error rate model in ns-3", Boeing, 2010, after L. E. Miller,
    /// "Validation of 802.11a/UWB coexistence simulation", NIST, 2003.
    /// </remarks>
    public static double DecodedBitError(CodeRate codeRate, double bitError)
    {
        double d = Math.Sqrt(4 * bitError * (1 - bitError));
        double power = Math.Pow(d, FreeDistance(codeRate)), sum = 0;
        foreach (double weight in Spectrum(codeRate))
        {
            sum += weight * power;
            power *= d;
        }

        int k = codeRate switch
        {
            CodeRate.Half => 1,
            CodeRate.TwoThirds => 2,
            CodeRate.ThreeQuarters => 3,
            _ => 5,
        };
        return Math.Min(sum / (2 * k), 1);
    }

    /// <summary>c_d: wrong data bits on all wrong paths of distance d, from the free distance on.</summary>
    /// <remarks>Counted over the trellis of the standard's puncturing, as a test does again. D. Haccoun and G. Bégin, "High-rate punctured
    /// convolutional codes for Viterbi and sequential decoding", IEEE Transactions on
    /// Communications 37 (11), 1989, have the same first terms.</remarks>
    internal static ReadOnlySpan<double> Spectrum(CodeRate codeRate) => codeRate switch
    {
        CodeRate.Half => [36, 0, 211, 0, 1_404, 0, 11_633, 0, 77_433, 0, 502_690, 0, 3_322_763, 0, 21_292_910, 0, 134_365_911],
        CodeRate.TwoThirds => [3, 70, 285, 1_276, 6_160, 27_128, 117_019, 498_835, 2_103_480, 8_781_268],
        CodeRate.ThreeQuarters => [42, 201, 1_492, 10_469, 62_935, 379_546, 2_252_394, 13_064_540, 75_080_308, 427_474_864],
        _ => [92, 528, 8_694, 79_453, 791_795, 7_369_828, 67_809_347, 609_896_348, 5_416_272_113, 47_544_404_956],
    };

    /// <summary>The free distance: the distance of the first term of <see cref="Spectrum"/>.</summary>
    internal static int FreeDistance(CodeRate codeRate) => codeRate switch
    {
        CodeRate.Half => 10,
        CodeRate.TwoThirds => 6,
        CodeRate.ThreeQuarters => 5,
        _ => 4,
    };
}
