using ShmWifi.ShmMedium.Medium.Ranging;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Ranging;

/// <summary>Against arithmetic that is written down here.</summary>
public class FtmAccuracyTests
{
    [TestCase(20, 14434)]
    [TestCase(40, 7217)]
    [TestCase(80, 3608)]
    [TestCase(160, 1804)]
    public void WithoutNoiseTheResolutionIsTheSampleClocks(int bandwidthMhz, double deviationPs) => Assert.That(
        Math.Sqrt(FtmAccuracy.ArrivalVariancePs2(100, bandwidthMhz)), Is.EqualTo(deviationPs).Within(1), "1 / (sqrt(12) B)");

    [TestCase(0)]
    [TestCase(-20)]
    public void NoiseAddsTheCramerRaoBound(double snrDb)
    {
        // E/N0 = SNR · 20 MHz · 8 us; beta = 20 MHz / sqrt(12); 1 / (2 pi beta sqrt(2 E/N0))
        double bound = 1e12 / (2 * Math.PI * (20e6 / Math.Sqrt(12)) * Math.Sqrt(2 * Math.Pow(10, snrDb / 10) * 160));
        double resolution = 50_000 / Math.Sqrt(12);
        Assert.That(FtmAccuracy.ArrivalVariancePs2(snrDb, 20), Is.EqualTo((bound * bound) + (resolution * resolution)).Within(1e-9).Percent);
    }

    [Test]
    public void ARoundTripHasTheErrorsOfBothArrivals() => Assert.That(
        FtmAccuracy.RttVariancePs2(10, 3, 40), Is.EqualTo(FtmAccuracy.ArrivalVariancePs2(10, 40) + FtmAccuracy.ArrivalVariancePs2(3, 40)));
}
