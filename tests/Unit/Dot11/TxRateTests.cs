using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Tests.Unit.Dot11;

public class TxRateTests
{
    /// <summary>A chain of one link, as hwsim writes it.</summary>
    public static TxRate Rate(int index, TxRateFlags flags = TxRateFlags.None, Band band = Band.Ghz2, int attempts = 1) =>
        RetryChainTests.Chain((index, attempts, flags)).TryDecode(0, band, out var rate)
            ? rate
            : throw new ArgumentException($"No such rate: {index}, {flags}.", nameof(index));

    [TestCase(0, Band.Ghz2, 10, "1 Mbit/s")]
    [TestCase(2, Band.Ghz2, 55, "5.5 Mbit/s")]
    [TestCase(11, Band.Ghz2, 540, "54 Mbit/s")]
    [TestCase(0, Band.Ghz5, 60, "6 Mbit/s")]
    [TestCase(7, Band.Ghz6, 540, "54 Mbit/s")]
    public void ALegacyIndexCountsThroughTheBand(int index, Band band, int bitRate, string name)
    {
        var rate = Rate(index, band: band);

        Assert.That(rate.Phy.IsLegacy, Is.True);
        Assert.That(LegacyRates.IndexOf(rate.Phy, band), Is.EqualTo(index));
        Assert.That(rate.Phy.BitRate100Kbps, Is.EqualTo(bitRate));
        Assert.That(rate.ToString(), Is.EqualTo(name));
    }

    [TestCase(0, TxRateFlags.None, 65, 1, "HT MCS 0 20 MHz")]
    [TestCase(7, TxRateFlags.None, 650, 1, "HT MCS 7 20 MHz")]
    [TestCase(7, TxRateFlags.ShortGi, 722, 1, "HT MCS 7 20 MHz SGI")]
    [TestCase(3, TxRateFlags.ShortGi, 289, 1, "HT MCS 3 20 MHz SGI")]
    [TestCase(12, TxRateFlags.None, 780, 2, "HT MCS 12 20 MHz")]
    [TestCase(15, TxRateFlags.Width40Mhz | TxRateFlags.ShortGi, 3000, 2, "HT MCS 15 40 MHz SGI")]
    [TestCase(31, TxRateFlags.Width40Mhz, 5400, 4, "HT MCS 31 40 MHz")]
    public void AnHtIndexIsAnMcsAndNeverALegacyRate(int index, TxRateFlags flags, int bitRate, int nss, string name)
    {
        var rate = Rate(index, flags | TxRateFlags.Mcs);

        Assert.That((rate.Phy.Kind, rate.Phy.Mcs, rate.Phy.Nss), Is.EqualTo((PhyKind.Ht, index, nss)));
        Assert.That(rate.Phy.BitRate100Kbps, Is.EqualTo(bitRate));
        Assert.That(rate.ToString(), Is.EqualTo(name));
    }

    [TestCase(1, 0, TxRateFlags.None, 65, "VHT MCS 0 NSS 1 20 MHz")]
    [TestCase(1, 9, TxRateFlags.Width80Mhz | TxRateFlags.ShortGi, 4333, "VHT MCS 9 NSS 1 80 MHz SGI")]
    [TestCase(2, 9, TxRateFlags.Width80Mhz, 7800, "VHT MCS 9 NSS 2 80 MHz")]
    [TestCase(8, 9, TxRateFlags.Width160Mhz | TxRateFlags.ShortGi, 69333, "VHT MCS 9 NSS 8 160 MHz SGI")]
    [TestCase(1, 8, TxRateFlags.Width40Mhz, 1620, "VHT MCS 8 NSS 1 40 MHz")]
    public void AVhtIndexIsStreamsAndMcs(int nss, int mcs, TxRateFlags flags, int bitRate, string name)
    {
        var rate = Rate(((nss - 1) << 4) | mcs, flags | TxRateFlags.VhtMcs, Band.Ghz5);

        Assert.That((rate.Phy.Kind, rate.Phy.Mcs, rate.Phy.Nss), Is.EqualTo((PhyKind.Vht, mcs, nss)));
        Assert.That(rate.Phy.BitRate100Kbps, Is.EqualTo(bitRate));
        Assert.That(rate.ToString(), Is.EqualTo(name));
    }

    [TestCase(0, TxRateFlags.UseShortPreamble, Band.Ghz2, Preamble.DsssLong)]
    [TestCase(3, TxRateFlags.UseShortPreamble, Band.Ghz2, Preamble.DsssShort)]
    [TestCase(3, TxRateFlags.None, Band.Ghz2, Preamble.DsssLong)]
    [TestCase(4, TxRateFlags.UseShortPreamble, Band.Ghz2, Preamble.Ofdm)]
    [TestCase(0, TxRateFlags.None, Band.Ghz5, Preamble.Ofdm)]
    [TestCase(0, TxRateFlags.Mcs, Band.Ghz2, Preamble.HtMixed)]
    [TestCase(0, TxRateFlags.Mcs | TxRateFlags.GreenField, Band.Ghz2, Preamble.HtGreenfield)]
    [TestCase(0, TxRateFlags.VhtMcs, Band.Ghz5, Preamble.Vht)]
    public void ThePreambleFollowsThePhyAndTheFlags(int index, TxRateFlags flags, Band band, Preamble preamble) =>
        Assert.That(Rate(index, flags, band).Phy.Preamble, Is.EqualTo(preamble));

    [TestCase(-1, TxRateFlags.None, Band.Ghz2)]
    [TestCase(-1, TxRateFlags.VhtMcs, Band.Ghz5)]
    [TestCase(12, TxRateFlags.None, Band.Ghz2)]
    [TestCase(8, TxRateFlags.None, Band.Ghz5)]
    [TestCase(32, TxRateFlags.Mcs, Band.Ghz2)]
    [TestCase(10, TxRateFlags.VhtMcs, Band.Ghz5)]
    public void AnIndexThatNamesNoRateEndsTheChain(int index, TxRateFlags flags, Band band) =>
        Assert.That(() => Rate(index, flags, band), Throws.ArgumentException);

    [Test]
    public void EveryMcsIsFasterThanTheOneBelow()
    {
        foreach (var width in new[] { TxRateFlags.None, TxRateFlags.Width40Mhz, TxRateFlags.Width80Mhz, TxRateFlags.Width160Mhz })
        {
            for (int mcs = 1; mcs <= 9; mcs++)
            {
                Assert.That(
                    Rate(mcs, TxRateFlags.VhtMcs | width).Phy.BitRate100Kbps,
                    Is.GreaterThan(Rate(mcs - 1, TxRateFlags.VhtMcs | width).Phy.BitRate100Kbps));
            }
        }
    }
}
