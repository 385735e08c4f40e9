using CsCheck;
using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

public class SlabModelTests
{
    private static WallMaterial Material(string word) => WallMaterial.All.Single(m => m.Word == word);

    private static double LossDb(string material, double thicknessCm, int freqMhz) =>
        SlabModel.LossDb(new(Material(material), thicknessCm), freqMhz);

    // Made apart from this code: of the layer's transmission line, A = D = cos kd, B = jZ sin kd, C = j sin kd / Z: T = 2 / (A + B + C + D).
    [TestCase("concrete", 20, 2437, 14.747)]
    [TestCase("concrete", 20, 5180, 25.323)]
    [TestCase("concrete", 20, 60_000, 163.804)]
    [TestCase("brick", 11.5, 2437, 3.744)]
    [TestCase("brick", 11.5, 5180, 3.625)]
    [TestCase("plasterboard", 2.5, 2437, 1.216)]
    [TestCase("plasterboard", 2.5, 5180, 1.915)]
    [TestCase("wood", 4, 5825, 1.659)]
    [TestCase("chipboard", 1.8, 5180, 1.572)]
    [TestCase("plywood", 1.8, 2437, 6.235)]
    [TestCase("glass", 0.6, 2437, 1.943)]
    [TestCase("glass", 0.6, 6500, 2.850)]
    [TestCase("marble", 2, 900, 2.914)]
    [TestCase("metal", 0.1, 2437, 2760.789)]
    public void ASlabLosesAsATransmissionLineOfItsMaterialDoes(string material, double thicknessCm, int freqMhz, double lossDb) =>
        Assert.That(LossDb(material, thicknessCm, freqMhz), Is.EqualTo(lossDb).Within(0.001));

    /// <summary>3GPP TR 38.901, table 7.4.3-1, has 5 + 4 f dB (f in GHz) for a concrete wall, from measurements.</summary>
    [TestCase(2437)]
    [TestCase(3500)]
    [TestCase(5180)]
    [TestCase(5825)]
    public void AConcreteWallLosesWhatTr38901Has(int freqMhz) =>
        Assert.That(LossDb("concrete", Material("concrete").UsualThicknessCm, freqMhz), Is.EqualTo(5 + (4 * freqMhz * 1e-3)).Within(1));

    /// <summary>COST 231's final report, chapter 4.7, has 3.4 dB for light walls and 6.9 dB for heavy ones, concrete or brick, at 1.8 GHz.</summary>
    [Test]
    public void WallsAreLightAndHeavyAsInCost231()
    {
        double light = LossDb("plasterboard", 2.5, 1800), brick = LossDb("brick", 24, 1800), thin = LossDb("concrete", 10, 1800);
        Assert.That(light, Is.LessThan(3.4));
        Assert.That(brick, Is.EqualTo(6.9).Within(1.5));
        Assert.That(thin, Is.EqualTo(6.9).Within(1.5));
    }

    [Test]
    public void NoWallGivesPowerAndEachIsANumber()
    {
        var material = Gen.Int[0, WallMaterial.All.Count - 1].Select(i => WallMaterial.All[i]);
        Gen.Select(material, Gen.Double[0.01, 1000], Gen.Int[1, int.MaxValue]).Sample((of, thicknessCm, freqMhz) =>
            Assert.That(SlabModel.LossDb(new(of, thicknessCm), freqMhz), Is.GreaterThan(-1e-9).And.LessThan(double.PositiveInfinity)));
    }
}
