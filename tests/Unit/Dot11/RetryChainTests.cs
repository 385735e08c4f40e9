using CsCheck;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Tests.Unit.Dot11;

public class RetryChainTests
{
    /// <summary>A chain as hwsim writes it: what is not given is -1, 0.</summary>
    public static RetryChain Chain(params ReadOnlySpan<(int Index, int Count, TxRateFlags Flags)> given)
    {
        byte[] rates = [0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0], flags = [0xff, 0, 0, 0xff, 0, 0, 0xff, 0, 0, 0xff, 0, 0];
        for (int i = 0; i < given.Length; i++)
        {
            (rates[2 * i], rates[(2 * i) + 1], flags[3 * i]) = ((byte)given[i].Index, (byte)given[i].Count, (byte)given[i].Index);
            (flags[(3 * i) + 1], flags[(3 * i) + 2]) = ((byte)given[i].Flags, (byte)((int)given[i].Flags >> 8));
        }
        return RetryChain.Read(rates, flags);
    }

    [Test]
    public void AChainIsReadToItsEnd()
    {
        var chain = Chain((7, 3, TxRateFlags.Mcs | TxRateFlags.ShortGi), (4, 0, TxRateFlags.None), (-1, 9, TxRateFlags.None),
            (1, 1, TxRateFlags.None));
        var read = new List<(string, int)>();
        for (int place = 0; place < TxRates.MaxCount && chain.TryDecode(place, Band.Ghz2, out var rate); place++)
            read.Add((rate.ToString(), rate.Attempts));

        Assert.That(read, Is.EqualTo(new[] { ("HT MCS 7 20 MHz SGI", 3), ("6 Mbit/s", 1) }));
    }

    [Test]
    public void EachPlaceHasItsOwnFlags()
    {
        TxRateFlags[] flags =
            [TxRateFlags.VhtMcs | TxRateFlags.UseRtsCts, TxRateFlags.Width160Mhz | TxRateFlags.ShortGi, TxRateFlags.Mcs, (TxRateFlags)0xffff];
        var chain = Chain((1, 1, flags[0]), (2, 1, flags[1]), (3, 1, flags[2]), (4, 1, flags[3]));

        Assert.That(Enumerable.Range(0, TxRates.MaxCount).Select(place => chain.FlagsAt(place)), Is.EqualTo(flags));
    }

    [Test]
    public void AnyBytesAreWrittenAsTheyWereRead() => Gen.Select(Gen.ULong, Gen.ULong, Gen.UInt).Sample((rates, low, high) =>
    {
        var chain = new RetryChain(new TxRates(rates), low, high);
        byte[] rateBytes = new byte[TxRates.Size], flags = new byte[RetryChain.FlagsSize];
        chain.Write(rateBytes, flags);

        Assert.That(RetryChain.Read(rateBytes, flags), Is.EqualTo(chain));
    }, iter: 2000);

    [Test]
    public void AnyBytesDecodeToARateOrTheEnd() => Gen.Select(Gen.ULong, Gen.ULong, Gen.UInt, Gen.Bool).Sample((rates, low, high, isFiveGhz) =>
    {
        var chain = new RetryChain(new TxRates(rates), low, high);
        for (int place = 0; place < TxRates.MaxCount; place++)
        {
            if (!chain.TryDecode(place, isFiveGhz ? Band.Ghz5 : Band.Ghz2, out var rate))
                continue;
            Assert.That(rate.Phy.BitRate100Kbps, Is.InRange(10, 69333));
            Assert.That(rate.Attempts, Is.InRange(1, 255));
            Assert.That(rate.ToString(), Is.Not.Empty);
        }
    }, iter: 2000);

    private static IEnumerable<(PhyRate Phy, Band Band)> EveryRate()
    {
        foreach (ushort bitRate in LegacyRates.Of(Band.Ghz2).ToArray())
            yield return (PhyRate.Legacy(bitRate, shortPreamble: bitRate is 20 or 55 or 110), Band.Ghz2);
        foreach (ushort bitRate in LegacyRates.Of(Band.Ghz5).ToArray())
            yield return (PhyRate.Legacy(bitRate), Band.Ghz5);
        for (int mcs = 0; mcs <= 31; mcs++)
            yield return (PhyRate.Ht(mcs, mcs % 2 == 0 ? 20 : 40, shortGi: mcs % 3 == 0, greenfield: mcs % 5 == 0), Band.Ghz2);
        foreach (int bandwidthMhz in new[] { 20, 40, 80, 160 })
        {
            for (int mcs = 0; mcs <= 9; mcs++)
                yield return (PhyRate.Vht(mcs, nss: 1 + (mcs % 8), bandwidthMhz, shortGi: mcs % 2 == 0), Band.Ghz5);
        }
    }

    [TestCaseSource(nameof(EveryRate))]
    public void ARateComesBackFromAChainOfItAlone((PhyRate Phy, Band Band) given)
    {
        var chain = RetryChain.Of(given.Phy, attempts: 3, TxRateFlags.UseRtsCts, given.Band);

        Assert.That(chain.TryDecode(0, given.Band, out var rate), Is.True);
        Assert.That((rate.Phy, rate.Attempts, rate.Flags & TxRateFlags.UseRtsCts), Is.EqualTo((given.Phy, 3, TxRateFlags.UseRtsCts)));
        Assert.That(chain.TryDecode(1, given.Band, out _), Is.False);
    }

    [Test]
    public void NoChainTellsAnHeRate() =>
        Assert.That(() => RetryChain.Of(PhyRate.He(0), attempts: 1, TxRateFlags.None, Band.Ghz5), Throws.TypeOf<NotSupportedException>());

    [Test]
    public void ReadingDecodingAndCuttingAllocateNothing()
    {
        int sum = 0;

        Assert.That(Allocations.OfWarm(UseOften), Is.Zero);
        Assert.That(sum, Is.Positive);

        void UseOften()
        {
            for (int i = 0; i < 100; i++)
                sum += Use();
        }

        static int Use()
        {
            var chain = RetryChain.Read([7, 1, 0xff, 0, 0xff, 0, 0xff, 0], [7, 0x88, 0, 0xff, 0, 0, 0xff, 0, 0, 0xff, 0, 0]);
            return chain.TryDecode(0, Band.Ghz2, out var rate) && chain != default
                ? rate.Phy.BitRate100Kbps + rate.Attempts + rate.Phy.Mcs + rate.Phy.Nss + rate.Phy.BandwidthMhz + (int)rate.Phy.Preamble
                    + chain.Rates.Used(1).Attempts + chain.Rates.Used(2).Attempts
                : 0;
        }
    }
}
