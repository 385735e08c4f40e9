using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Capture;

public class RadiotapHeaderTests
{
    private static string Header(int frequencyMhz, PhyRate? rate, sbyte? noiseDbm = null)
    {
        byte[] header = Enumerable.Repeat((byte)0xee, RadiotapHeader.MaxLength).ToArray();
        Assert.That(Channel.TryFromFrequency(frequencyMhz, out var channel), Is.True);
        int length = RadiotapHeader.Write(header, channel, rate, -50, noiseDbm);
        return Convert.ToHexStringLower(header.AsSpan(0, length));
    }

    [Test]
    public void ALegacyRateIsInUnitsOf500Kbps()
    {
        Assert.That(Header(2412, TxRateTests.Rate(11).Phy), Is.EqualTo("00000f002e000000" + "00" + "6c" + "6c09" + "c000" + "ce"));
        Assert.That(Header(2412, TxRateTests.Rate(2, TxRateFlags.UseShortPreamble).Phy),
            Is.EqualTo("00000f002e000000" + "02" + "0b" + "6c09" + "a000" + "ce"));
        Assert.That(Header(5180, TxRateTests.Rate(0, band: Band.Ghz5).Phy, -95),
            Is.EqualTo("000010006e000000" + "00" + "0c" + "3c14" + "4001" + "ce" + "a1"));
    }

    [Test]
    public void AnHtRateIsAnMcsField() =>
        Assert.That(
            Header(2437, TxRateTests.Rate(12, TxRateFlags.Mcs | TxRateFlags.ShortGi | TxRateFlags.Width40Mhz).Phy),
            Is.EqualTo("000012002a000800" + "00" + "00" + "8509" + "8004" + "ce" + "7f050c"));

    [Test]
    public void AVhtFieldIsAlignedToTwo()
    {
        var rate = TxRateTests.Rate(0x19, TxRateFlags.VhtMcs | TxRateFlags.ShortGi | TxRateFlags.Width80Mhz, Band.Ghz5).Phy;

        Assert.That(Header(5180, rate),
            Is.EqualTo("00001c002a002000" + "00" + "00" + "3c14" + "4001" + "ce" + "00" + "4500" + "04" + "04" + "92000000" + "00" + "00" + "0000"));
        Assert.That(Header(5180, rate, -95),
            Is.EqualTo("00001c006a002000" + "00" + "00" + "3c14" + "4001" + "ce" + "a1" + "4500" + "04" + "04" + "92000000" + "00" + "00" + "0000"));
    }

    [Test]
    public void AnUnknownRateHasNoField() =>
        Assert.That(Header(5955, rate: null), Is.EqualTo("00000f002a000000" + "00" + "00" + "4317" + "4001" + "ce"));

    [Test]
    public void AShortBufferIsRefused() =>
        Assert.That(() =>
            RadiotapHeader.Write(new byte[RadiotapHeader.MaxLength - 1], default, null, 0, null), Throws.TypeOf<ArgumentOutOfRangeException>());
}
