using CsCheck;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Tests.Unit.Dot11;

public class MacAddressTests
{
    [Test]
    public void TextAndOctetsAndNumberAreOneAddress()
    {
        var address = MacAddress.Parse("02:00:5E:10:fe:01");

        Assert.That(address.ToString(), Is.EqualTo("02:00:5e:10:fe:01"));
        Assert.That(address.Value, Is.EqualTo(0x02005e10fe01));
        Assert.That(new MacAddress([0x02, 0x00, 0x5e, 0x10, 0xfe, 0x01, 0xff]), Is.EqualTo(address));
    }

    [Test]
    public void EveryAddressSurvivesTextAndOctets() => Gen.ULong.Sample(number =>
    {
        var address = new MacAddress(number >> 16);
        Assert.That(MacAddress.Parse(address.ToString()), Is.EqualTo(address));
        Assert.That(new MacAddress(Frames.Octets(address)), Is.EqualTo(address));
    }, iter: 2000);

    [Test]
    public void AnyTextIsReadOrRefused() => Gen.String.Sample(text =>
    {
        if (MacAddress.TryParse(text, out var address)) Assert.That(address.ToString(), Is.EqualTo(text).IgnoreCase);
    }, iter: 2000);

    [TestCase("")]
    [TestCase("02:00:00:00:00")]
    [TestCase("02-00-00-00-00-01")]
    [TestCase("02:00:00:00:00:0g")]
    [TestCase("02:00:00:00:00:+1")]
    [TestCase("02:00:00:00:00:01:")]
    [TestCase(" 2:00:00:00:00:01")]
    public void WhatIsNoAddressIsRefusedWithTheReason(string text)
    {
        Assert.That(MacAddress.TryParse(text, out _), Is.False);
        Assert.That(() => MacAddress.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains("02:00:00:00:00:01"));
    }

    [TestCase("ff:ff:ff:ff:ff:ff", true, true)]
    [TestCase("01:00:5e:00:00:01", true, false)]
    [TestCase("02:00:00:00:00:00", false, true)]
    [TestCase("00:11:22:33:44:55", false, false)]
    public void TheFirstOctetTellsGroupAndLocal(string text, bool group, bool local)
    {
        Assert.That(MacAddress.Parse(text).IsGroup, Is.EqualTo(group));
        Assert.That(MacAddress.Parse(text).IsLocal, Is.EqualTo(local));
    }

    [Test]
    public void AddressesOrderByTheirFirstOctets()
    {
        MacAddress low = MacAddress.Parse("02:00:00:00:ff:ff"), high = MacAddress.Parse("02:00:00:01:00:00");

        Assert.That(low, Is.LessThan(high));
        Assert.That(low < high && low <= high && high > low && high >= low, Is.True);
    }

    [Test]
    public void AShortBufferGetsNoHalfAddress()
    {
        Assert.That(MacAddress.Broadcast.TryFormat(new char[16], out int written, default, null), Is.False);
        Assert.That(written, Is.Zero);
        Assert.That(() => new MacAddress(new byte[5]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => MacAddress.Broadcast.CopyTo(new byte[5]), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
