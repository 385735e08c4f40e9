using System.Globalization;
using CsCheck;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Tests.Unit.Dot11;

public class PhyRateTests
{
    /// <summary>Every rate there is.</summary>
    public static IEnumerable<PhyRate> All()
    {
        foreach (ushort bitRate in LegacyRates.Of(Band.Ghz2).ToArray()) yield return PhyRate.Legacy(bitRate);
        foreach (ushort bitRate in LegacyRates.Of(Band.Ghz5).ToArray())
        {
            yield return PhyRate.Legacy(bitRate).In(ChannelSpacing.Mhz10);
            yield return PhyRate.Legacy(bitRate).In(ChannelSpacing.Mhz5);
        }
        foreach (int bitRate in new[] { 20, 55, 110 }) yield return PhyRate.Legacy(bitRate, shortPreamble: true);
        for (int mcs = 0; mcs <= 31; mcs++)
        {
            foreach (int width in new[] { 20, 40 })
            {
                yield return PhyRate.Ht(mcs, width);
                yield return PhyRate.Ht(mcs, width, shortGi: true, greenfield: true);
            }
        }

        foreach (int nss in Enumerable.Range(1, 8))
        {
            foreach (int width in new[] { 20, 40, 80, 160, 320 })
            {
                for (int mcs = 0; mcs <= 9 && width <= 160; mcs++)
                {
                    yield return PhyRate.Vht(mcs, nss, width);
                    yield return PhyRate.Vht(mcs, nss, width, shortGi: true);
                }

                foreach (var gi in new[] { GuardInterval.Ns800, GuardInterval.Ns1600, GuardInterval.Ns3200 })
                {
                    for (int mcs = 0; mcs <= 11 && width <= 160; mcs++) yield return PhyRate.He(mcs, nss, width, gi);
                    for (int mcs = 0; mcs <= 13; mcs++) yield return PhyRate.Eht(mcs, nss, width, gi);
                }
            }
        }
    }

    [TestCase("dsss 1", 10, Modulation.Dbpsk, CodeRate.Uncoded, 1)]
    [TestCase("cck 11", 110, Modulation.Cck, CodeRate.Uncoded, 8)]
    [TestCase("ofdm 9", 90, Modulation.Bpsk, CodeRate.ThreeQuarters, 36)]
    [TestCase("ofdm 54", 540, Modulation.Qam64, CodeRate.ThreeQuarters, 216)]
    [TestCase("ht 7", 650, Modulation.Qam64, CodeRate.FiveSixths, 260)] // table 19-27
    [TestCase("ht 15 40 sgi", 3000, Modulation.Qam64, CodeRate.FiveSixths, 1080)] // table 19-32
    [TestCase("vht 9 80 sgi", 4333, Modulation.Qam256, CodeRate.FiveSixths, 1560)] // table 21-46
    [TestCase("vht 9", 867, Modulation.Qam256, CodeRate.FiveSixths, 346)] // not in the standard: 346.67 bits a symbol
    [TestCase("he 11 80", 6005, Modulation.Qam1024, CodeRate.FiveSixths, 8166)] // 980 * 10 * 5/6 = 8166.7 in 13.6 µs: 600.5
    [TestCase("he 0 gi 3.2", 73, Modulation.Bpsk, CodeRate.Half, 117)] // 117 / 16 µs = 7.3
    [TestCase("he 11 nss 8 160", 96078, Modulation.Qam1024, CodeRate.FiveSixths, 130666)]
    [TestCase("eht 13 320", 28824, Modulation.Qam4096, CodeRate.FiveSixths, 39200)] // 39200 / 13.6 µs = 2882.4
    public void ARateIsWhatTheStandardsTablesSay(string name, int bitRate, Modulation modulation, CodeRate codeRate, int bitsPerSymbol)
    {
        Assert.That(PhyRate.TryParse(name, out var rate), Is.True);

        Assert.That(rate.BitRate100Kbps, Is.EqualTo(bitRate));
        Assert.That((rate.Modulation, rate.CodeRate), Is.EqualTo((modulation, codeRate)));
        Assert.That(rate.DataBitsPerSymbol, Is.EqualTo(bitsPerSymbol));
    }

    /// <summary>Mbit/s of one stream in 20, 40, 80, 160 and 320 MHz, by MCS, at a guard interval of 0.8 µs, 1.6 µs and 3.2 µs.</summary>
    /// <remarks>IEEE 802.11ax-2021 clause 27.5 and IEEE 802.11be-2024 clause 36.5: more streams have as much each. The tables round down the bits of
    /// a symbol before they divide, which we do not: 0.1 Mbit/s a stream at most.</remarks>
    [TestCase(0, "8.6 8.1 7.3 | 17.2 16.3 14.6 | 36.0 34.0 30.6 | 72.1 68.1 61.3 | 144.1 136.1 122.5")]
    [TestCase(1, "17.2 16.3 14.6 | 34.4 32.5 29.3 | 72.1 68.1 61.3 | 144.1 136.1 122.5 | 288.2 272.2 245.0")]
    [TestCase(2, "25.8 24.4 21.9 | 51.6 48.8 43.9 | 108.1 102.1 91.9 | 216.2 204.2 183.8 | 432.4 408.3 367.5")]
    [TestCase(3, "34.4 32.5 29.3 | 68.8 65.0 58.5 | 144.1 136.1 122.5 | 288.2 272.2 245.0 | 576.5 544.4 490.0")]
    [TestCase(4, "51.6 48.8 43.9 | 103.2 97.5 87.8 | 216.2 204.2 183.8 | 432.4 408.3 367.5 | 864.7 816.7 735.0")]
    [TestCase(5, "68.8 65.0 58.5 | 137.6 130.0 117.0 | 288.2 272.2 245.0 | 576.5 544.4 490.0 | 1152.9 1088.9 980.0")]
    [TestCase(6, "77.4 73.1 65.8 | 154.9 146.3 131.6 | 324.3 306.3 275.6 | 648.5 612.5 551.3 | 1297.1 1225.0 1102.5")]
    [TestCase(7, "86.0 81.3 73.1 | 172.1 162.5 146.3 | 360.3 340.3 306.3 | 720.6 680.6 612.5 | 1441.2 1361.1 1225.0")]
    [TestCase(8, "103.2 97.5 87.8 | 206.5 195.0 175.5 | 432.4 408.3 367.5 | 864.7 816.7 735.0 | 1729.4 1633.3 1470.0")]
    [TestCase(9, "114.7 108.3 97.5 | 229.4 216.7 195.0 | 480.4 453.7 408.3 | 960.7 907.4 816.6 | 1921.5 1814.8 1633.3")]
    [TestCase(10, "129.0 121.9 109.7 | 258.1 243.8 219.4 | 540.4 510.4 459.4 | 1080.9 1020.8 918.8 | 2161.8 2041.7 1837.5")]
    [TestCase(11, "143.4 135.4 121.9 | 286.8 270.8 243.8 | 600.4 567.1 510.4 | 1201.0 1134.2 1020.8 | 2402.0 2268.5 2041.7")]
    [TestCase(12, "154.9 146.3 131.6 | 309.7 292.5 263.3 | 648.5 612.5 551.3 | 1297.1 1225.0 1102.5 | 2594.1 2450.0 2205.0")]
    [TestCase(13, "172.1 162.5 146.3 | 344.1 325.0 292.5 | 720.6 680.6 612.5 | 1441.2 1361.1 1225.0 | 2882.4 2722.2 2450.0")]
    public void HeAndEhtHaveTheRatesOfTheStandardsTables(int mcs, string mbps)
    {
        double[][] byWidth =
            [.. mbps.Split(" | ").Select(width => width.Split(' ').Select(r => double.Parse(r, CultureInfo.InvariantCulture)).ToArray())];
        GuardInterval[] guards = [GuardInterval.Ns800, GuardInterval.Ns1600, GuardInterval.Ns3200];
        foreach (var (width, guard, nss) in
            from width in Enumerable.Range(0, 5) from guard in Enumerable.Range(0, 3) from nss in Enumerable.Range(1, 8) select (width, guard, nss))
        {
            PhyRate[] rates = mcs > 11 || width > 3
                ? [PhyRate.Eht(mcs, nss, 20 << width, guards[guard])]
                : [PhyRate.He(mcs, nss, 20 << width, guards[guard]), PhyRate.Eht(mcs, nss, 20 << width, guards[guard])];
            foreach (var rate in rates)
                Assert.That(rate.BitRate100Kbps / 10.0, Is.EqualTo(nss * byWidth[width][guard]).Within(0.11 * nss), rate.ToString());
        }
    }

    [Test]
    public void AnMcsOfTheSameModulationHasTheSameModulation()
    {
        foreach (var rate in All())
        {
            if (rate.McsOfSameModulation is { } mcs)
                Assert.That((PhyRate.Eht(mcs).Modulation, PhyRate.Eht(mcs).CodeRate), Is.EqualTo((rate.Modulation, rate.CodeRate)), rate.ToString());
            else
                Assert.That(rate.IsDsss || rate is { Modulation: Modulation.Bpsk, CodeRate: CodeRate.ThreeQuarters }, Is.True, rate.ToString());
        }
    }

    [Test]
    public void EveryRateHasANameOfItsOwnThatReadsBack()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rate in All())
        {
            string name = rate.ToString();
            Assert.That(names.Add(name), Is.True, name);
            Assert.That(PhyRate.TryParse(name, out var read), Is.True, name);
            Assert.That(read, Is.EqualTo(rate), name);
        }

        Assert.That(names,
            Is.SupersetOf(new[] { "dsss 1", "cck 5.5 short", "ofdm 54", "ht 7 40", "vht 9 nss 2 80 sgi", "he 11 80 gi 1.6", "ht 0 sgi greenfield",
                "ofdm 27 10", "ofdm 2.25 5" }));
    }

    [TestCase("  HT 7  sgi 40 ", "ht 7 40 sgi")]
    [TestCase("vht 9 80 nss 2", "vht 9 nss 2 80")]
    [TestCase("he 11 nss 1 20 gi 0.8", "he 11")]
    public void WordsMayComeInAnyOrder(string text, string name)
    {
        Assert.That(PhyRate.TryParse(text, out var rate), Is.True);
        Assert.That(rate.ToString(), Is.EqualTo(name));
    }

    [TestCase("")]
    [TestCase("ofdm")]
    [TestCase("54")]
    [TestCase("ofdm 11")]
    [TestCase("dsss 5.5")]
    [TestCase("cck 5.55")]
    [TestCase("ofdm 6573.6")]
    [TestCase("ofdm 54 20")]
    [TestCase("ofdm 54 10")]
    [TestCase("ofdm 54 40")]
    [TestCase("cck 5.5 10")]
    [TestCase("ht 7 10")]
    [TestCase("vht 9 5")]
    [TestCase("he 11 10")]
    [TestCase("ofdm 2.2 5")]
    [TestCase("ofdm 54 short")]
    [TestCase("dsss 1 short")]
    [TestCase("ht 32")]
    [TestCase("ht -1")]
    [TestCase("ht 7 80")]
    [TestCase("ht 7 40 40")]
    [TestCase("ht 7 nss 1")]
    [TestCase("ht 7 gi 1.6")]
    [TestCase("vht 10")]
    [TestCase("vht 9 nss 9")]
    [TestCase("vht 9 nss 0")]
    [TestCase("vht 9 nss")]
    [TestCase("vht 9 320")]
    [TestCase("he 12")]
    [TestCase("he 11 sgi")]
    [TestCase("he 11 320")]
    [TestCase("eht 14")]
    [TestCase("eht 13 gi")]
    [TestCase("ht 7 fast")]
    public void WhatIsNoRateIsRefused(string text) => Assert.That(PhyRate.TryParse(text, out _), Is.False);

    [Test]
    public void AnyTextIsReadOrRefused() => Gen.String.Sample(text =>
    {
        if (PhyRate.TryParse(text, out var rate)) Assert.That(rate.ToString(), Is.Not.Empty);
    }, iter: 2000);

    [Test]
    public void FactoriesRefuseWhatIsNoRate()
    {
        Assert.That(() => PhyRate.Legacy(100), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => PhyRate.Ht(32), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => PhyRate.Ht(0, 80), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => PhyRate.Vht(0, 9), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => PhyRate.Vht(0, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => PhyRate.He(0, 1, 60), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => PhyRate.Eht(0, 1, 20, GuardInterval.Ns400), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void FramesWithoutARateAreSentAtTheBandsBasicRate()
    {
        Assert.That(PhyRate.BasicOf(Band.Ghz2).ToString(), Is.EqualTo("dsss 1"));
        Assert.That(PhyRate.BasicOf(Band.Ghz5).ToString(), Is.EqualTo("ofdm 6"));
        Assert.That(PhyRate.BasicOf(Band.Ghz6).ToString(), Is.EqualTo("ofdm 6"));
    }
}
