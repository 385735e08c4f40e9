using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Trunk;

namespace ShmWifi.Tests.Unit.ShmMedium.Trunk;

/// <summary>What hosts store of changes: any of it may be wrong.</summary>
public sealed class MediumEntryTests
{
    private static readonly MediumConfiguration s_medium = MediumText.ReadMedium(
        "{seed: 7, propagation: freeSpace, links: [{from: ap, to: sta1, snrDb: 12.5}], faults: [{name: f, action: drop, probability: 0.1}], "
        + "walls: [{name: w, from: [0, 0], to: [5, 0.1], lossDb: 3}], jammers: [{name: oven, freqMhz: 2450}]}", "a test");

    [TestCase("{link: {from: ap, to: sta2, loss: 0.3, oneWay: true}}")]
    [TestCase("{removeLink: {from: ap, to: sta1}}")]
    [TestCase("{radio: {radio: ap, position: [1, 2, 0.1], txPowerDbm: 15}}")]
    [TestCase("{fault: {name: g, match: {frame: eapol, to: ap}, action: {delay: 5ms}, count: 3}}")]
    [TestCase("{removeFault: f}")]
    [TestCase("{jammer: {name: oven, freqMhz: 5180, period: 20ms}}")]
    [TestCase("{removeJammer: oven}")]
    [TestCase("{propagation: {model: logDistance, exponent: 3.3}}")]
    [TestCase("{wall: {name: v, from: [1, 1], to: [2, 2], material: concrete}}")]
    [TestCase("{removeWall: w}")]
    [TestCase("{fading: none}")]
    [TestCase("{timing: instant}")]
    public void AChangeComesAsItWas(string text)
    {
        var change = MediumText.ReadChange(text, "a test");
        var read = MediumEntry.TryRead(MediumEntry.Of(change, s_medium).ToBytes(), out string problem);
        Assert.That(problem, Is.Empty);
        Assert.That(MediumWriter.ToJson(read!.Change!).ToJsonString(), Is.EqualTo(MediumWriter.ToJson(change).ToJsonString()));
        string after = MediumWriter.ToYaml(change.ApplyTo(s_medium));
        Assert.That((MediumWriter.ToYaml(read.Medium), MediumWriter.ToYaml(read.Change!.ApplyTo(s_medium))), Is.EqualTo((after, after)));
    }

    [Test]
    public void AMediumThatIsGivenAgainComesAsItWas()
    {
        var read = MediumEntry.TryRead(MediumEntry.Of(new ReplaceMedium(s_medium), new MediumConfiguration()).ToBytes(), out _)!;
        Assert.That((read.Change, MediumWriter.ToYaml(read.Medium)), Is.EqualTo(((MediumChange?)null, MediumWriter.ToYaml(s_medium))));
    }

    [Test]
    public void AnEntryThatIsCutAnywhereIsRefused()
    {
        byte[] bytes = MediumEntry.Of(new RemoveFault("f"), s_medium).ToBytes();
        for (int length = 0; length < bytes.Length; length++)
            Assert.That(MediumEntry.TryRead(bytes.AsMemory(0, length), out _), Is.Null);
    }

    [Test]
    public void AMediumThatNoMessageCanCarryIsRefused()
    {
        var links = Enumerable.Range(0, 40_000).Select(i => new LinkConfiguration(RadioPattern.Of("ap"), RadioPattern.Of($"sta{i}")) { SnrDb = 1 });
        byte[] bytes = new MediumEntry(null, new MediumConfiguration { Links = [.. links] }).ToBytes();
        Assert.That(MediumEntry.TryRead(bytes, out string problem), Is.Null);
        Assert.That(problem, Does.Contain("bytes; allowed: 1047552"));
    }
}
