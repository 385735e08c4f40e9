using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.ShmMedium.Medium.Contention;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Capture;

public class RadiotapHeaderTests
{
    private static readonly TxRate s_vht = TxRateTests.Rate(0x19, TxRateFlags.VhtMcs | TxRateFlags.ShortGi | TxRateFlags.Width80Mhz, Band.Ghz5);

    private static string Header(in RadiotapFields fields)
    {
        byte[] header = Enumerable.Repeat((byte)0xee, RadiotapHeader.MaxLength).ToArray();
        int length = RadiotapHeader.Write(header, in fields);
        return Convert.ToHexStringLower(header.AsSpan(0, length));
    }

    [Test]
    public void ALegacyRateIsInUnitsOf500Kbps()
    {
        Assert.That(Header(new(2412, TxRateTests.Rate(11).Phy, -50)),
            Is.EqualTo("000013002e800200" + "00" + "6c" + "6c09" + "c000" + "ce" + "00" + "0000" + "00"));
        Assert.That(Header(new(2412, TxRateTests.Rate(2, TxRateFlags.UseShortPreamble).Phy, -50)),
            Is.EqualTo("000013002e800200" + "02" + "0b" + "6c09" + "a000" + "ce" + "00" + "0000" + "00"));
        Assert.That(Header(new(5180, TxRateTests.Rate(0, band: Band.Ghz5).Phy, -50) { NoiseDbm = -95 }),
            Is.EqualTo("000013006e800200" + "00" + "0c" + "3c14" + "4001" + "ce" + "a1" + "0000" + "00"));
    }

    [Test]
    public void ANarrowChannelIsSaidByItsFlag()
    {
        var nominal54 = TxRateTests.Rate(7, band: Band.Ghz5).Phy;
        Assert.That(Header(new(5860, nominal54.In(ChannelSpacing.Mhz10), -50)),
            Is.EqualTo("000013002e800200" + "00" + "36" + "e416" + "4041" + "ce" + "00" + "0000" + "00"));
        Assert.That(Header(new(5860, nominal54.In(ChannelSpacing.Mhz5), -50)),
            Is.EqualTo("000013002e800200" + "00" + "1b" + "e416" + "4081" + "ce" + "00" + "0000" + "00"));
    }

    [Test]
    public void AnHtRateIsAnMcsField() =>
        Assert.That(
            Header(new(2437, TxRateTests.Rate(12, TxRateFlags.Mcs | TxRateFlags.ShortGi | TxRateFlags.Width40Mhz).Phy, -50)),
            Is.EqualTo("000016002a800a00" + "00" + "00" + "8509" + "8004" + "ce" + "00" + "0000" + "00" + "7f050c"));

    [Test]
    public void AVhtFieldIsAlignedToTwo()
    {
        Assert.That(Header(new(5180, s_vht.Phy, -50)),
            Is.EqualTo("000020002a802200" + "00" + "00" + "3c14" + "4001" + "ce" + "00" + "0000" + "00" + "00"
                + "4500" + "04" + "04" + "92000000" + "00" + "00" + "0000"));
        Assert.That(Header(new(5180, s_vht.Phy, -50) { NoiseDbm = -95 }),
            Is.EqualTo("000020006a802200" + "00" + "00" + "3c14" + "4001" + "ce" + "a1" + "0000" + "00" + "00"
                + "4500" + "04" + "04" + "92000000" + "00" + "00" + "0000"));
    }

    [Test]
    public void AnHeFieldHasWhatARateTells() =>
        Assert.That(Header(new(5180, PhyRate.He(11, 2, 80, GuardInterval.Ns1600), -50)),
            Is.EqualTo("000020002a808200" + "00" + "00" + "3c14" + "4001" + "ce" + "00" + "0000" + "00" + "00"
                + "6042" + "0200" + "000b" + "0000" + "1200" + "0200"));

    /// <summary>TLVs begin at a multiple of 4.</summary>
    [Test]
    public void EhtIsAUSigAndAnEhtField() =>
        Assert.That(Header(new(5955, PhyRate.Eht(13, 2, 320, GuardInterval.Ns3200), -50)),
            Is.EqualTo("000054002a800210" + "00" + "00" + "4317" + "4001" + "ce" + "00" + "0000" + "00" + "00"
                + "2100" + "0c00" + "03000200" + "00000000" + "00000000"
                + "2200" + "2c00" + "04000000" + "00010000" + string.Concat(Enumerable.Repeat("00000000", 8)) + "9200d001"));

    [TestCase("eht 0", 5180u, 0)]
    [TestCase("eht 0 160", 5180u, 3)]
    [TestCase("eht 0 320", 5955u, 4)]
    [TestCase("eht 0 320", 6915u, 5, Description = "320 MHz-2")]
    public void USigTellsTheBandwidth(string name, uint freqMhz, int bandwidth)
    {
        Assert.That(PhyRate.TryParse(name, out var rate), Is.True);
        string uSig = Header(new(freqMhz, rate, -50))[48..56];
        Assert.That(Convert.ToInt32($"{uSig[4..6]}{uSig[2..4]}{uSig[0..2]}", 16) >> 15, Is.EqualTo(bandwidth));
    }

    [Test]
    public void TheFirstBitsTimeIsInMicroseconds() =>
        Assert.That(
            Header(new(2412, TxRateTests.Rate(11).Phy, -50) { Mpdu = new SentMpdu(1_234_567_890, Ampdu: 0, IsLast: false) }),
            Is.EqualTo("00001b002f800200" + "87d6120000000000" + "00" + "6c" + "6c09" + "c000" + "ce" + "00" + "0000" + "00"));

    [Test]
    public void AnAmpdusNumberAndItsLastMpduAreInAFieldAlignedToFour()
    {
        Assert.That(
            Header(new(2437, TxRateTests.Rate(12, TxRateFlags.Mcs | TxRateFlags.ShortGi | TxRateFlags.Width40Mhz).Phy, -50)
            {
                Mpdu = new SentMpdu(1_234_567_890, Ampdu: 42, IsLast: true),
            }),
            Is.EqualTo("000028002b801a00" + "87d6120000000000" + "00" + "00" + "8509" + "8004" + "ce" + "00" + "0000" + "00" + "7f050c" + "0000"
                + "2a000000" + "0c00" + "00" + "00"));
        Assert.That(
            Header(new(5180, s_vht.Phy, -50) { NoiseDbm = -95, Mpdu = new SentMpdu(1_234_567_890, Ampdu: 42, IsLast: false) }),
            Is.EqualTo("000030006b803200" + "87d6120000000000" + "00" + "00" + "3c14" + "4001" + "ce" + "a1" + "0000" + "00" + "00"
                + "2a000000" + "0400" + "00" + "00" + "4500" + "04" + "04" + "92000000" + "00" + "00" + "0000"));
    }

    [Test]
    public void WhatIsNotKnownHasNoField()
    {
        Assert.That(Header(new(5955, null, -50)), Is.EqualTo("000013002a800200" + "00" + "00" + "4317" + "4001" + "ce" + "00" + "0000" + "00"));
        Assert.That(Header(new(5955, null, null)), Is.EqualTo("000011000a800200" + "00" + "00" + "4317" + "4001" + "0000" + "00"));
    }

    [Test]
    public void AFrequencyOfNoChannelIsOfNoBand()
    {
        Assert.That(Header(new(2413, null, null)), Is.EqualTo("000011000a800200" + "00" + "00" + "6d09" + "0000" + "0000" + "00"));
        Assert.That(Header(new(uint.MaxValue, null, null)), Is.EqualTo("000011000a800200" + "00" + "00" + "ffff" + "0000" + "0000" + "00"));
    }

    [Test]
    public void WhatBecameOfTheFrameIsInTxFlagsAndRetries()
    {
        Assert.That(Header(new(2412, null, null) { Retries = 6, IsFailed = true }), Does.EndWith("0100" + "06"));
        Assert.That(Header(new(2412, null, null) { HasNoAck = true }), Does.EndWith("0800" + "00"));
        Assert.That(Header(new(2412, null, null) { Retries = 1019 }), Does.EndWith("0000" + "ff"));
    }

    [Test]
    public void AShortBufferIsRefused() =>
        Assert.That(() => RadiotapHeader.Write(new byte[RadiotapHeader.MaxLength - 1], default), Throws.TypeOf<ArgumentOutOfRangeException>());
}
