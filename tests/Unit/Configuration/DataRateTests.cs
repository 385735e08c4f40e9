using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class DataRateTests
{
    [TestCase("none")]
    [TestCase("he")]
    [TestCase("eht")]
    [TestCase("he 0")]
    [TestCase("he 11 nss 8 160 gi 3.2")]
    [TestCase("eht 13 nss 8 320 gi 1.6")]
    public void ItsTextReadsBack(string text)
    {
        Assert.That(DataRate.TryParse(text, out var rate), Is.True);
        Assert.That(rate.ToString(), Is.EqualTo(text));
        Assert.That(DataRate.TryParse(text, out var again), Is.True);
        Assert.That(again, Is.EqualTo(rate));
    }

    [TestCase("ofdm 54", Description = "what a guest can tell, it tells")]
    [TestCase("ht 7")]
    [TestCase("vht 9 80")]
    [TestCase("he 12")]
    [TestCase("he 11 320")]
    [TestCase("he 11 nss 9")]
    [TestCase("he 11 sgi")]
    [TestCase("eht 14")]
    [TestCase("eht 13 640")]
    [TestCase("uhr")]
    [TestCase("")]
    public void WhatIsNoneIsAnError(string text)
    {
        string yaml = $"radios: [{{radio: ap, dataRate: '{text}'}}]";
        var error = Assert.Throws<ConfigurationException>(() => MediumText.ReadMedium(yaml, "f"));
        Assert.That(error!.Message, Does.Contain("'dataRate'").And.Contain("allowed: none, he, eht, or one of their rates"));
    }

    [TestCase("he 9 nss 2 80", "ofdm 6", Band.Ghz5, "he 9 nss 2 80")]
    [TestCase("he 9 nss 2 80", "cck 11", Band.Ghz2, "cck 11", Description = "2.4 GHz has no 80 MHz")]
    [TestCase("he 9 40", "cck 11", Band.Ghz2, "he 9 40")]
    [TestCase("eht 13 320", "vht 9 160", Band.Ghz5, "vht 9 160", Description = "5 GHz has no 320 MHz")]
    [TestCase("eht 13 320", "ofdm 54", Band.Ghz6, "eht 13 320")]
    [TestCase("none", "ht 7", Band.Ghz5, "ht 7")]
    [TestCase("he", "ht 15 40 sgi", Band.Ghz5, "he 7 nss 2 40")]
    [TestCase("he", "vht 9 nss 2 80 sgi", Band.Ghz5, "he 9 nss 2 80")]
    [TestCase("eht", "vht 0 160", Band.Ghz5, "eht 0 160")]
    [TestCase("he", "ofdm 54", Band.Ghz6, "he 6")]
    [TestCase("he", "ofdm 9", Band.Ghz6, "ofdm 9", Description = "no MCS has BPSK 3/4")]
    [TestCase("he", "ofdm 54", Band.Ghz5, "ofdm 54", Description = "rate control could have told HT")]
    [TestCase("he", "cck 11", Band.Ghz2, "cck 11")]
    public void ItGoesInPlaceOfWhatTheGuestTells(string text, string told, Band band, string expected)
    {
        Assert.That(DataRate.TryParse(text, out var rate), Is.True);
        Assert.That(PhyRate.TryParse(told, out var guests), Is.True);
        Assert.That(rate.Of(guests, band).ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void OlderRatesAreNone() => Assert.That(() => DataRate.Fixed(PhyRate.Vht(9)), Throws.TypeOf<ArgumentOutOfRangeException>());
}
