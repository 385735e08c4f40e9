using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Medium.Phy;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Phy;

public class ErrorModelTests
{
    private static readonly ErrorModel s_model = ErrorModel.BuiltIn;

    private static PhyRate Rate(string name) =>
        PhyRate.TryParse(name, out var rate) ? rate : throw new ArgumentException($"No such rate: {name}.", nameof(name));

    /// <summary>The SNR at which a rate has a PER.</summary>
    private static double SnrAt(double per, PhyRate rate, int octets)
    {
        (double low, double high) = (-20, 60);
        for (int i = 0; i < 40; i++)
        {
            double middle = (low + high) / 2;
            if (s_model.Per(rate, (float)middle, octets) > per) low = middle;
            else high = middle;
        }

        return low;
    }

    [Test]
    public void PerFallsFromOneToZeroAsSnrRises()
    {
        foreach (var rate in PhyRateTests.All())
        {
            float last = 1;
            for (float snrDb = -20; snrDb <= 80; snrDb += 0.1f)
            {
                float per = s_model.Per(rate, snrDb, 1000);
                Assert.That(per, Is.InRange(0, last), $"{rate} at {snrDb} dB");
                last = per;
            }

            Assert.That(s_model.Per(rate, -20, 14), Is.EqualTo(1), $"{rate}");
            Assert.That(last, Is.Zero, $"{rate}");
        }
    }

    [TestCase("dsss 1", -3f)]
    [TestCase("cck 11", 7f)]
    [TestCase("ofdm 54", 22f)]
    [TestCase("ht 7", 23.3f)]
    [TestCase("vht 9", 29f)]
    [TestCase("he 11", 35f)]
    [TestCase("eht 13", 41f)]
    public void AFrameIsRightIfAllItsOctetsAre(string name, float snrDb)
    {
        double right1 = 1 - s_model.Per(Rate(name), snrDb, 100), right10 = 1 - s_model.Per(Rate(name), snrDb, 1000);

        Assert.That(right1, Is.InRange(0.5, 0.9999), "the case is worth something");
        Assert.That(right10, Is.EqualTo(Math.Pow(right1, 10)).Within(1e-3));
        Assert.That(s_model.Per(Rate(name), snrDb, 2304), Is.GreaterThan(1 - right10));
    }

    [Test]
    public void AFasterRateOfAPhyNeedsMoreSnr()
    {
        foreach (var kind in Enum.GetValues<PhyKind>())
        {
            double[] needs = [.. PhyRateTests.All()
                .Where(rate => rate.Kind == kind && rate is { Nss: 1, BandwidthMhz: 20, GuardInterval: GuardInterval.None or GuardInterval.Ns800 })
                .Where(rate => rate.Preamble != Preamble.DsssShort)
                .Select(rate => SnrAt(0.1, rate, 1000))];

            Assert.That(needs, Is.Ordered.Ascending, $"{kind}");
            Assert.That(needs, Is.Unique);
        }

        Assert.That(SnrAt(0.1, Rate("cck 5.5"), 1000), Is.GreaterThan(SnrAt(0.1, Rate("dsss 2"), 1000)));
    }

    // The union bound of the model's paper, P_b = 1/(2k) sum c_d D^d, PER = 1 - (1 -
    // P_b)^(8 L), worked out apart from the code with a library's erfc.
    // BPSK 1/2 at 3 dB: p = Q(sqrt(2 * 1.99526)) = 0.022878, D = 0.29903, P_b = 18 D^10 +
    // 105.5 D^12 + 702 D^14 + ... = 2.443e-4; 1 - (1 - P_b)^800 = 0.1775.
    [TestCase("ofdm 6", 3f, 100, 0.17753)]
    [TestCase("ht 3", 13f, 1000, 0.29675)]
    [TestCase("ofdm 54", 22f, 1000, 0.35933)]
    [TestCase("eht 13", 41f, 1000, 0.23247)]
    public void TheOfdmCurvesAreThePapers(string name, float snrDb, int octets, double per) =>
        Assert.That(s_model.Per(Rate(name), snrDb, octets), Is.EqualTo(per).Within(0.0005));

    /// <summary>At the minimum sensitivity of the standard, less 10 dB of noise figure and 5
    /// dB of implementation margin, a receiver must reach PER 10 %:
    /// 1000 octets in OFDM (IEEE 802.11-2020 clause 17.3.10.2), 4096 in HT, VHT, HE, EHT
    /// (clauses 19.3.19.1, 21.3.18.1; receiver minimum input sensitivity of
    /// IEEE 802.11ax-2021 clause 27.3 and 802.11be-2024 clause 36.3). The model is such a receiver without the margin, to within 4 dB.</summary>
    [TestCase("ofdm 6", 1000, -82)]
    [TestCase("ofdm 9", 1000, -81)]
    [TestCase("ofdm 12", 1000, -79)]
    [TestCase("ofdm 18", 1000, -77)]
    [TestCase("ofdm 24", 1000, -74)]
    [TestCase("ofdm 36", 1000, -70)]
    [TestCase("ofdm 48", 1000, -66)]
    [TestCase("ofdm 54", 1000, -65)]
    [TestCase("ht 0", 4096, -82)]
    [TestCase("ht 4", 4096, -70)]
    [TestCase("ht 7", 4096, -64)]
    [TestCase("vht 8", 4096, -59)]
    [TestCase("vht 9", 4096, -57)]
    [TestCase("he 10", 4096, -54)]
    [TestCase("he 11", 4096, -52)]
    [TestCase("eht 12", 4096, -49)]
    [TestCase("eht 13", 4096, -46)]
    public void TheCurvesLieWhereTheStandardsSensitivityPutsThem(string name, int octets, int sensitivityDbm)
    {
        const double NoiseDbm = -101; // of 20 MHz at 290 K
        double snrDb = sensitivityDbm - NoiseDbm - 10 - 5;

        Assert.That(SnrAt(0.1, Rate(name), octets), Is.EqualTo(snrDb).Within(4));
    }

    /// <summary>DBPSK by hand: 1000 octets, PER 10 % is a bit error rate of 1.317e-5 = exp(-Eb/N0) / 2, so Eb/N0 = 10.54 = 10.23 dB;
    /// 20 MHz hold 13.01 dB more noise than 1 Mbit/s.</summary>
    [Test]
    public void OneMbitIsDbpsk() => Assert.That(SnrAt(0.1, Rate("dsss 1"), 1000), Is.EqualTo(10.23 - 13.01).Within(0.05));

    // SNR of PER 10 %, 1000 octets, worked out apart from the code as above. DQPSK: Eb/N0 = 10 SNR. CCK: Es/N0 = 20 MHz / 1.375 MHz SNR.
    [TestCase("dsss 2", 1.85)]
    [TestCase("cck 5.5", 4.41)]
    [TestCase("cck 11", 7.42)]
    public void TheCurvesOf802Dot11BAreThePapers(string name, double snrDb) =>
        Assert.That(SnrAt(0.1, Rate(name), 1000), Is.EqualTo(snrDb).Within(0.03));

    /// <summary>The standard's receivers lose 8 % of 1024 octets at -80 dBm (2 Mbit/s) and
    /// -76 dBm (11 Mbit/s): receiver minimum input level sensitivity,
    /// clauses 15 and 16. Less noise figure and margin as above that is 6 and 10 dB; the model is no worse, and no more than 5 dB better.</summary>
    [TestCase("dsss 2", -80)]
    [TestCase("cck 11", -76)]
    public void TheCurvesOf802Dot11BMeetTheStandardsSensitivity(string name, int sensitivityDbm) =>
        Assert.That(SnrAt(0.08, Rate(name), 1024), Is.InRange(sensitivityDbm + 101 - 15 - 5, sensitivityDbm + 101 - 15));

    [TestCase("ht 3", "ht 3 40", 3.0103)]
    [TestCase("ht 3", "ht 11", 3.0103)]
    [TestCase("ht 3", "ht 27 40", 9.0309)]
    [TestCase("vht 5", "vht 5 nss 3 160", 13.802)] // 10 log10(3 * 8)
    [TestCase("eht 5", "eht 5 nss 8 320", 21.072)] // 10 log10(8 * 16)
    [TestCase("ofdm 54", "ht 6", 0)]
    [TestCase("ht 7", "ht 7 sgi greenfield", 0)]
    [TestCase("vht 9", "he 9 gi 3.2", 0)]
    public void WidthAndStreamsShareThePower(string name, string other, double lossDb) =>
        Assert.That(SnrAt(0.1, Rate(other), 1000) - SnrAt(0.1, Rate(name), 1000), Is.EqualTo(lossDb).Within(0.001));

    [Test]
    public void NoNumberIsTooOdd()
    {
        int curve = ErrorModel.CurveOf(Rate("ht 7"));

        Assert.That(s_model.Per(curve, float.NaN, 100), Is.EqualTo(1));
        Assert.That(s_model.Per(curve, float.NegativeInfinity, 100), Is.EqualTo(1));
        Assert.That(s_model.Per(curve, float.PositiveInfinity, 100), Is.Zero);
    }

    [Test]
    public void ALookUpAllocatesNothing()
    {
        var rate = Rate("vht 9 nss 2 80");
        float sum = 0;

        Assert.That(Allocations.OfWarm(LookUp), Is.Zero);
        Assert.That(sum, Is.Positive);

        void LookUp()
        {
            for (int i = 0; i < 100; i++) sum += s_model.Per(rate, i, 100);
        }
    }
}
