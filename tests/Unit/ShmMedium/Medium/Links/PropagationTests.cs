using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using static ShmWifi.Tests.Unit.ShmMedium.Medium.Links.TestMedium;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

public class PropagationTests
{
    // 20 log10(4 pi d f / c): f = 2437 MHz, d = 10 m: 4 pi 10 / 0.123017 m = 1021.5, so 60.18 dB.
    [TestCase(10, 2437, 60.18)]
    [TestCase(100, 2437, 80.18)]
    [TestCase(1, 5180, 46.73)]
    [TestCase(1, 2412, 40.095)]
    [TestCase(0.1, 2437, 20.18)]
    [TestCase(0, 2437, 20.18)]
    public void FreeSpaceLosesAsFriisHasIt(double distance, int freqMhz, double lossDb) =>
        Assert.That(new FreeSpaceModel().LossDb(default, new(0, distance, 0), freqMhz), Is.EqualTo(lossDb).Within(0.005));

    // 40.18 dB at 1 m of 2437 MHz, then 10 n log10(d).
    [TestCase(3, 1, 10, 40.18 + 30)]
    [TestCase(3, 1, 100, 40.18 + 60)]
    [TestCase(4, 10, 100, 60.18 + 40)]
    [TestCase(4, 10, 1, 40.18)]
    public void LogDistanceIsFreeSpaceUpToTheReference(double exponent, double reference, double distance, double lossDb) =>
        Assert.That(new LogDistanceModel(new(exponent, reference)).LossDb(default, new(distance, 0, 0), 2437), Is.EqualTo(lossDb).Within(0.005));

    // 20 log10(2437) = 67.737; 20 log10(5180) = 74.287; 20 log10(5500) = 74.807; 20 log10(5745) = 75.186; 20 log10(5955) = 75.498.
    [TestCase(2437, 10, 0, 67.737 + 30 - 28)]
    [TestCase(2437, 10, 1, 67.737 + 30 + 14 - 28)]
    [TestCase(2437, 10, 2, 67.737 + 30 + 18 - 28)]
    [TestCase(5180, 10, 0, 74.287 + 31 - 28)]
    [TestCase(5180, 100, 1, 74.287 + 62 + 16 - 28)]
    [TestCase(5500, 10, 0, 74.807 + 24 - 28)]
    [TestCase(5745, 10, 1, 75.186 + 24 + 22 - 28)]
    [TestCase(5745, 10, 2, 75.186 + 24 + 28 - 28)]
    [TestCase(5955, 10, 3, 75.498 + 24 + 34 - 28)]
    [TestCase(2437, 0.2, 0, 67.737 - 28)]
    public void AnOfficeLosesAsP1238HasIt(int freqMhz, double distance, int floors, double lossDb) =>
        Assert.That(new ItuIndoorModel(new(null, floors, null)).LossDb(default, new(distance, 0, 0), freqMhz), Is.EqualTo(lossDb).Within(0.005));

    [Test]
    public void CoefficientsOfP1238CanBeGiven()
    {
        var model = new ItuIndoorModel(new(22, 3, 12));
        Assert.That(model.LossDb(default, new(10, 0, 0), 2437), Is.EqualTo(67.737 + 22 + 12 - 28).Within(0.005));
    }

    // Heights 1.5 m: the crossover at 2437 MHz is 4 pi 2.25 / 0.123017 = 229.84 m.
    // Beyond: 40 log10(1000) - 20 log10(2.25) = 120 - 7.044 = 112.956 dB.
    [TestCase(229, 2437, 1.5, 87.373)]
    [TestCase(1000, 2437, 1.5, 112.956)]
    [TestCase(1000, 5180, 1.5, 112.956)]
    [TestCase(1000, 2437, 0, 160.0)]
    public void TwoRaysLoseWithTheFourthPowerBeyondTheCrossover(double distance, int freqMhz, double height, double lossDb) =>
        Assert.That(new TwoRayGroundModel(new(1)).LossDb(new(0, 0, height), new(distance, 0, height), freqMhz), Is.EqualTo(lossDb).Within(0.05));

    [Test]
    public void TwoRaysMeetFreeSpaceAtTheCrossover()
    {
        var model = new TwoRayGroundModel(new(2));
        double crossover = 4 * Math.PI * 2 * 3 / (299_792_458 / 2437e6);
        double Loss(double distance) => model.LossDb(new(0, 0, 2), new(Math.Sqrt((distance * distance) - 1), 0, 3), 2437);
        Assert.Multiple(() =>
        {
            Assert.That(Loss(crossover - 1e-6), Is.EqualTo(Loss(crossover + 1e-6)).Within(1e-6));
            Assert.That(Loss(10), Is.EqualTo(new FreeSpaceModel().LossDb(default, new(10, 0, 0), 2437) + (10 * Math.Log10(2))).Within(1e-9));
        });
    }

    [Test]
    public void TheSignalIsPowerAndGainsLessTheLossOfTheFramesFrequency()
    {
        var medium = new MediumConfiguration
        {
            Radios =
            [
                At("a", 0) with { TxPowerDbm = 17, AntennaGainDbi = 5 },
                At("b", 10) with { TxPowerDbm = 14, AntennaGainDbi = 2, NoiseFloorDbm = -95 },
            ],
            Propagation = new FreeSpacePropagation(),
        };
        var table = new LinkTable(medium, mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        Assert.Multiple(() =>
        {
            Assert.That(table.Of(a, b, 2437, 0).SignalDbm, Is.EqualTo(17 + 5 + 2 - 60.18).Within(0.01));
            Assert.That(table.Of(a, b, 2437, 0).SnrDb, Is.EqualTo(17 + 5 + 2 - 60.18 + 95).Within(0.01));
            Assert.That(table.Of(b, a, 2437, 0).SignalDbm, Is.EqualTo(14 + 5 + 2 - 60.18).Within(0.01));
            Assert.That(table.Of(a, b, 5180, 0).SignalDbm, Is.EqualTo(17 + 5 + 2 - 66.73).Within(0.01));
            Assert.That(table.Of(a, b, 2437, 0).SignalDbm, Is.EqualTo(17 + 5 + 2 - 60.18).Within(0.01), "again, after another frequency");
        });
    }

    [TestCase(0)]
    [TestCase(-5)]
    [TestCase(int.MinValue)]
    [TestCase(int.MaxValue)]
    public void AFrequencyThatAGuestMadeUpGivesAFiniteSignalAndNoGain(int freqMhz)
    {
        var table = new LinkTable(new MediumConfiguration { Propagation = new FreeSpacePropagation() }, mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        Assert.That(table.Of(a, b, freqMhz, 0).SignalDbm, Is.LessThanOrEqualTo(20).And.GreaterThan(-300));
    }

    [Test]
    public void LaterEntriesOfRadiosHoldForWhatTheySay()
    {
        var medium = new MediumConfiguration
        {
            Radios =
            [
                new(Pattern("a")) { TxPowerDbm = 1, NoiseFloorDbm = -80 },
                new(Pattern("*")) { NoiseFloorDbm = -97, AntennaGainDbi = 3 },
                new(Pattern("a/phy1")) { AntennaGainDbi = 6 },
            ],
        };
        var table = new LinkTable(medium, mediumNs: 0);
        LinkEndpoint a0 = table.Add("a"), a1 = table.Add("a", "phy1"), b = table.Add("b");
        Assert.Multiple(() =>
        {
            Assert.That((a0.TxPowerDbm, a0.AntennaGainDbi, a0.NoiseFloorDbm), Is.EqualTo((1d, 3d, -97d)));
            Assert.That((a1.TxPowerDbm, a1.AntennaGainDbi, a1.NoiseFloorDbm), Is.EqualTo((1d, 6d, -97d)));
            Assert.That((b.TxPowerDbm, b.AntennaGainDbi, b.NoiseFloorDbm), Is.EqualTo((20d, 3d, -97d)));
        });
    }
}
