using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class RadioPatternTests
{
    private static readonly MacAddress Address = MacAddress.Parse("02:00:00:00:01:00");

    private static RadioPattern Pattern(string text) =>
        RadioPattern.TryParse(text, out var pattern) ? pattern : throw new ArgumentException(text, nameof(text));

    [TestCase("*", true)]
    [TestCase("sta1", true)]
    [TestCase("sta1/phy7", true, Description = "the guest's name for it")]
    [TestCase("sta1/radio2", true, Description = "the port's number for it")]
    [TestCase("02:00:00:00:01:00", true)]
    [TestCase("sta2/radio2", false)]
    [TestCase("sta1/radio1", false)]
    [TestCase("sta1/radio02", false, Description = "a number has one name")]
    [TestCase("sta1/phy2", false)]
    public void ARadioHasTheseNamesAndNoOthers(string text, bool isMeant)
    {
        var pattern = Pattern(text);
        Assert.That(pattern.Matches("sta1", "phy7", 2, [Address]), Is.EqualTo(isMeant));
        Assert.That(RadioPattern.AllOf("sta1", "phy7", 2, [Address]).Contains(pattern), Is.EqualTo(isMeant));
        Assert.That(pattern.ToString(), Is.EqualTo(text));
    }

    // A guest may call its radio whatever it likes.
    [Test]
    public void WhatLooksLikeANumberIsNoName()
    {
        Assert.That(Pattern("sta1/radio0").Matches("sta1", "radio0", 3, []), Is.False);
        Assert.That(Pattern("sta1/radio3").Matches("sta1", "radio0", 3, []), Is.True);
        Assert.That(RadioPattern.AllOf("sta1", "radio0", 3, []).Select(p => p.ToString()), Is.EqualTo(new[] { "*", "sta1", "sta1/radio3" }));
        Assert.That(Pattern("sta1/radio64").Matches("sta1", "radio64", 0, []), Is.True, "no port has that number");
    }

    [TestCase("links: [{from: ap/radio2, to: sta1, snrDb: 3}]", "VM 'ap' has no radio 2: its 'radios' is 2, and they are numbered from 0")]
    [TestCase("links: [{from: '02:00:00:00:00:09', to: sta1, snrDb: 3}]", "no VM may have the address 02:00:00:00:00:09: see their 'addresses'")]
    [TestCase("schedule: [{at: 1s, fault: {action: drop, match: {to: ap/radio63}}}]", "VM 'ap' has no radio 63")]
    [TestCase("links: [{from: ap/radio1, to: '02:00:00:00:01:07', snrDb: 3}]", null)]
    public void WhatCanNameNobodyIsAnErrorWhereThatIsKnown(string medium, string? expected)
    {
        const string Vms = "vms:\n  - {name: ap, socket: a, radios: 2, addresses: ['02:00:00:00:01']}\n"
            + "  - {name: sta1, socket: b, addresses: ['02:00:00:00:02']}\n";
        void Parse() => DaemonConfiguration.Parse(Vms + medium, "/lab/medium.yaml");
        if (expected is null)
            Assert.That(Parse, Throws.Nothing);
        else
            Assert.That(Parse, Throws.TypeOf<ConfigurationException>().With.Message.Contains(expected));
    }
}
