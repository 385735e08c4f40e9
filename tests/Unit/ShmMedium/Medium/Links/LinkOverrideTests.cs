using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Medium.Links;
using static ShmWifi.Tests.Unit.ShmMedium.Medium.Links.TestMedium;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

public class LinkOverrideTests
{
    [Test]
    public void ALinkByTheRadiosNumberHoldsWhateverItsGuestCallsIt()
    {
        var table = new LinkTable(new MediumConfiguration { Links = [Snr("a/radio3", "b", 12)] }, mediumNs: 0);
        var radio = table.Add("a", "phy0", [], mediumNs: 0, number: 3);
        var other = table.Add("a", "phy1", [], mediumNs: 0, number: 1);
        var peer = table.Add("b");
        Assert.That(table.Snr(radio, peer), Is.EqualTo(12));
        table.Update(radio, "phy9", [], mediumNs: 0);
        Assert.That(table.Snr(radio, peer), Is.EqualTo(12));
        Assert.That(table.Snr(other, peer), Is.Not.EqualTo(12));
    }

    [Test]
    public void WithoutLinksAndModelsEveryLinkIsPerfect()
    {
        var table = new LinkTable(new MediumConfiguration { Radios = [new(Pattern("b")) { NoiseFloorDbm = -95 }] }, mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        Assert.Multiple(() =>
        {
            Assert.That(table.IsPerfect);
            Assert.That(table.Of(a, b, Channel6, 0), Is.EqualTo(new LinkBudget(-30, 65, float.NaN)));
            Assert.That(table.Of(b, a, Channel6, 0), Is.EqualTo(new LinkBudget(-30, 61, float.NaN)));
        });
    }

    [Test]
    public void AGivenSnrIsOverTheReceiversNoiseWhateverPowerAndFrequency()
    {
        var medium = new MediumConfiguration
        {
            Radios = [new(Pattern("a")) { TxPowerDbm = 3 }, new(Pattern("b")) { NoiseFloorDbm = -95, AntennaGainDbi = 9 }],
            Links = [Snr("a", "b", 25)],
        };
        var table = new LinkTable(medium, mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        Assert.Multiple(() =>
        {
            Assert.That(table.IsPerfect, Is.False);
            Assert.That(table.Of(a, b, 2412, 0), Is.EqualTo(new LinkBudget(-70, 25, float.NaN)));
            Assert.That(table.Of(a, b, 5955, 0), Is.EqualTo(new LinkBudget(-70, 25, float.NaN)));
            Assert.That(table.Of(b, a, 2412, 0), Is.EqualTo(new LinkBudget(-66, 25, float.NaN)));
        });
    }

    [Test]
    public void AGivenLossComesWithThePerfectLinksSignal()
    {
        var table = new LinkTable(new MediumConfiguration { Links = [Loss("a", "b", 0.25)], Propagation = new FreeSpacePropagation() }, mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        Assert.That(table.Of(a, b, Channel6, 0), Is.EqualTo(new LinkBudget(-30, 61, 0.25f)));
    }

    [Test]
    public void AOneWayLinkLeavesTheOtherDirectionAlone()
    {
        var table = new LinkTable(new MediumConfiguration { Links = [Snr("*", "*", 40), Snr("a", "b", 5, oneWay: true)] }, mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        Assert.That((table.Snr(a, b), table.Snr(b, a)), Is.EqualTo((5f, 40f)));
    }

    [Test]
    public void AOneWayLinkAfterOneOfBothWaysKeepsTheWayBack()
    {
        var table = new LinkTable(new MediumConfiguration { Links = [Snr("a", "b", 30), Snr("a", "b", 5, oneWay: true)] }, mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        Assert.That((table.Snr(a, b), table.Snr(b, a)), Is.EqualTo((5f, 30f)));
    }

    [Test]
    public void TheLastLinkThatNamesAPairHolds([Values] bool generalLast)
    {
        LinkConfiguration general = Snr("*", "*", 40), special = Snr("b", "a/phy1", 7);
        var table = new LinkTable(new MediumConfiguration { Links = generalLast ? [special, general] : [general, special] }, mediumNs: 0);
        LinkEndpoint a0 = table.Add("a"), a1 = table.Add("a", "phy1"), b = table.Add("b");
        Assert.That((table.Snr(a0, b), table.Snr(a1, b), table.Snr(b, a1)), Is.EqualTo(generalLast ? (40f, 40f, 40f) : (40f, 7f, 7f)));
    }

    [Test]
    public void ALinkMayNameAnAddressThatComesLater()
    {
        var address = MacAddress.Parse("02:00:00:00:00:07");
        var table = new LinkTable(new MediumConfiguration { Links = [Snr("02:00:00:00:00:07", "b", 12)] }, mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        Assert.That(table.Signal(a, b), Is.EqualTo(-30));
        table.Update(a, "phy0", [address], mediumNs: 0);
        Assert.That((table.Snr(a, b), table.Snr(b, a)), Is.EqualTo((12f, 12f)));
        table.Update(a, "phy0", [], mediumNs: 0);
        Assert.That(table.Signal(a, b), Is.EqualTo(-30));
    }

    [Test]
    public void RadiosOfOneVmHaveLinks()
    {
        var table = new LinkTable(new MediumConfiguration { Links = [Snr("a", "a", 9)] }, mediumNs: 0);
        LinkEndpoint a0 = table.Add("a"), a1 = table.Add("a", "phy1"), b = table.Add("b");
        Assert.That((table.Snr(a0, a1), table.Snr(a1, a0), table.Signal(a0, b)), Is.EqualTo((9f, 9f, -30f)));
    }

    [Test]
    public void AnIndexIsReusedAndWhatWasKnownOfItsRadioIsForgotten()
    {
        var table = new LinkTable(new MediumConfiguration { Links = [Snr("b", "*", 9)] }, mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        Assert.That((table.Snr(a, b), table.Snr(b, a)), Is.EqualTo((9f, 9f)));
        table.Remove(b);
        var c = table.Add("c");
        Assert.Multiple(() =>
        {
            Assert.That(c.Index, Is.EqualTo(b.Index));
            Assert.That((table.Signal(a, c), table.Signal(c, a)), Is.EqualTo((-30f, -30f)));
        });
    }

    [Test]
    public void ATableHoldsMoreRadiosThanItStartedWith()
    {
        var table = new LinkTable(new MediumConfiguration { Links = [Snr("vm0", "vm99", 9)] }, mediumNs: 0);
        var first = table.Add("vm0");
        Assert.That(table.Signal(first, first), Is.EqualTo(-30));
        LinkEndpoint[] radios = [first, .. Enumerable.Range(1, 99).Select(i => table.Add($"vm{i}"))];
        Assert.Multiple(() =>
        {
            Assert.That(radios.Select(r => r.Index), Is.EqualTo(Enumerable.Range(0, 100)));
            Assert.That((table.Snr(first, radios[99]), table.Snr(radios[99], first)), Is.EqualTo((9f, 9f)));
            Assert.That(table.Signal(radios[98], radios[99]), Is.EqualTo(-30));
        });
    }
}
