using System.Numerics;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Phy;

public class ConvolutionalCodeTests
{
    private const int States = 64;

    /// <summary>Which of the two coded bits of each data bit are sent: IEEE 802.11-2020 clauses 17.3.5.6 and 19.3.11.6.</summary>
    private static (bool A, bool B)[] Puncturing(CodeRate codeRate) => codeRate switch
    {
        CodeRate.Half => [(true, true)],
        CodeRate.TwoThirds => [(true, true), (true, false)],
        CodeRate.ThreeQuarters => [(true, true), (true, false), (false, true)],
        _ => [(true, true), (true, false), (false, true), (true, false), (false, true)],
    };

    [TestCase(CodeRate.Half)]
    [TestCase(CodeRate.TwoThirds)]
    [TestCase(CodeRate.ThreeQuarters)]
    [TestCase(CodeRate.FiveSixths)]
    public void TheSpectrumIsThatOfTheStandardsCode(CodeRate codeRate)
    {
        double[] spectrum = ConvolutionalCode.Spectrum(codeRate).ToArray();
        int free = ConvolutionalCode.FreeDistance(codeRate);

        Assert.That(WrongBits(Puncturing(codeRate), free + spectrum.Length - 1)[free..], Is.EqualTo(spectrum));
        Assert.That(WrongBits(Puncturing(codeRate), free - 1), Is.All.Zero);
    }

    [Test]
    public void MoreWrongCodedBitsMakeMoreWrongBits()
    {
        foreach (var codeRate in new[] { CodeRate.Half, CodeRate.TwoThirds, CodeRate.ThreeQuarters, CodeRate.FiveSixths })
        {
            Assert.That(ConvolutionalCode.DecodedBitError(codeRate, 0), Is.Zero);
            Assert.That(ConvolutionalCode.DecodedBitError(codeRate, 0.5), Is.EqualTo(1));
            double last = 0;
            for (double error = 1e-6; error < 0.5; error *= 2)
            {
                double decoded = ConvolutionalCode.DecodedBitError(codeRate, error);
                Assert.That(decoded, Is.GreaterThanOrEqualTo(last));
                last = decoded;
            }
        }

        Assert.That(ConvolutionalCode.DecodedBitError(CodeRate.Half, 0.01), Is.LessThan(ConvolutionalCode.DecodedBitError(CodeRate.TwoThirds, 0.01)));
        Assert.That(ConvolutionalCode.DecodedBitError(CodeRate.TwoThirds, 0.01),
            Is.LessThan(ConvolutionalCode.DecodedBitError(CodeRate.ThreeQuarters, 0.01)));
    }

    /// <summary>Walks all paths that leave state 0 and come back, and sums the ones among their data bits by the paths' weight.</summary>
    private static double[] WrongBits((bool A, bool B)[] puncturing, int maxWeight)
    {
        double[] wrongBits = new double[maxWeight + 1];
        for (int start = 0; start < puncturing.Length; start++)
        {
            long[,] paths = new long[States, maxWeight + 1];
            long[,] ones = new long[States, maxWeight + 1];
            bool isAny = true;
            for (int step = 0; isAny; step++)
            {
                (bool sendsA, bool sendsB) = puncturing[(start + step) % puncturing.Length];
                long[,] nextPaths = new long[States, maxWeight + 1];
                long[,] nextOnes = new long[States, maxWeight + 1];
                isAny = false;
                for (int state = 0; state < States; state++)
                {
                    for (int weight = 0; weight <= maxWeight; weight++)
                    {
                        long count = step == 0 ? (state == 0 && weight == 0 ? 1 : 0) : paths[state, weight];
                        if (count == 0) continue;

                        for (int bit = step == 0 ? 1 : 0; bit <= 1; bit++)
                        {
                            int register = (bit << 6) | state; // the newest bit is the highest
                            // 133 and 171
                            int total = weight + (sendsA ? Parity(register & 0b1_011_011) : 0) + (sendsB ? Parity(register & 0b1_111_001) : 0);
                            if (total > maxWeight) continue;

                            long onesThen = ones[state, weight] + (bit * count);
                            if (register >> 1 == 0)
                            {
                                wrongBits[total] += onesThen;
                                continue;
                            }

                            nextPaths[register >> 1, total] += count;
                            nextOnes[register >> 1, total] += onesThen;
                            isAny = true;
                        }
                    }
                }

                (paths, ones) = (nextPaths, nextOnes);
            }
        }

        return wrongBits;
    }

    private static int Parity(int word) => BitOperations.PopCount((uint)word) & 1;
}
