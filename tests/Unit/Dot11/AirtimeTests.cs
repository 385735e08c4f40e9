using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;

namespace ShmWifi.Tests.Unit.Dot11;

/// <summary>Durations against arithmetic by hand, in µs. Each case spells its sum: preamble + data (+ signal extension).</summary>
public class AirtimeTests
{
    private static PhyRate Rate(string name) =>
        PhyRate.TryParse(name, out var rate) ? rate : throw new ArgumentException($"No such rate: {name}.", nameof(name));

    // DSSS and CCK: 8 bits an octet at the bit rate, rounded up to a µs.
    [TestCase("dsss 1", 14, Band.Ghz2, 192 + 112)]
    [TestCase("dsss 2", 1000, Band.Ghz2, 192 + 4000)]
    [TestCase("cck 5.5 short", 1536, Band.Ghz2, 96 + 2235)] // 12288 / 5.5 = 2234.2
    [TestCase("cck 11", 1536, Band.Ghz2, 192 + 1118)] // 12288 / 11 = 1117.1
    [TestCase("cck 11 short", 14, Band.Ghz2, 96 + 11)] // 112 / 11 = 10.2

    // OFDM: 16 service bits, 6 tail bits, symbols of 4 µs.
    [TestCase("ofdm 6", 14, Band.Ghz5, 20 + (6 * 4))] // 134 / 24 = 5.6
    [TestCase("ofdm 24", 14, Band.Ghz5, 20 + (2 * 4))] // 134 / 96 = 1.4
    [TestCase("ofdm 54", 1536, Band.Ghz5, 20 + (57 * 4))] // 12310 / 216 = 56.99
    [TestCase("ofdm 54", 1537, Band.Ghz5, 20 + (58 * 4))] // 12318 / 216 = 57.03
    [TestCase("ofdm 54", 1536, Band.Ghz2, 20 + (57 * 4) + 6)]

    // The same half and quarter clocked: twice and four times as long, and no signal extension.
    [TestCase("ofdm 3 10", 14, Band.Ghz5, 40 + (6 * 8))]
    [TestCase("ofdm 27 10", 1536, Band.Ghz5, 40 + (57 * 8))]
    [TestCase("ofdm 1.5 5", 14, Band.Ghz5, 80 + (6 * 16))]
    [TestCase("ofdm 13.5 5", 1537, Band.Ghz5, 80 + (58 * 16))]
    [TestCase("ofdm 13.5 5", 1537, Band.Ghz2, 80 + (58 * 16))]

    // HT: L-STF 8, L-LTF 8, L-SIG 4, HT-SIG 8, HT-STF 4, HT-LTFs 4 each.
    [TestCase("ht 7", 1538, Band.Ghz5, 36 + (48 * 4))] // 12326 / 260 = 47.4
    [TestCase("ht 7", 1538, Band.Ghz2, 36 + (48 * 4) + 6)]
    [TestCase("ht 7 sgi", 1538, Band.Ghz5, 36 + 176)] // 48 * 3.6 = 172.8, rounded to 176
    [TestCase("ht 7 sgi greenfield", 1538, Band.Ghz5, 24 + 172.8)]
    [TestCase("ht 7 greenfield", 1538, Band.Ghz5, 24 + (48 * 4))]
    [TestCase("ht 15 40 sgi", 1538, Band.Ghz5, 40 + 44)] // 12326 / 1080 = 11.4; 12 * 3.6 = 43.2
    [TestCase("ht 16", 1538, Band.Ghz5, 48 + (159 * 4))] // three streams need four LTFs: 32 + 16; 12326 / 78 = 158.03
    [TestCase("ht 31 40", 65535, Band.Ghz5, 48 + (243 * 4))] // 2160 bits a symbol, two encoders: (524280 + 16 + 12) / 2160 = 242.7

    // VHT: 20, VHT-SIG-A 8, VHT-STF 4, VHT-LTFs 4 each, VHT-SIG-B 4.
    [TestCase("vht 9 80 sgi", 1542, Band.Ghz5, 40 + 32)] // 12358 / 1560 = 7.9; 8 * 3.6 = 28.8
    [TestCase("vht 0 nss 5", 100, Band.Ghz5, 60 + (7 * 4))] // five streams need six LTFs: 36 + 24; 822 / 130 = 6.3
    [TestCase("vht 9 nss 8 160", 100_000, Band.Ghz5, 68 + (33 * 4))] // 24960 bits, twelve encoders: (800000 + 16 + 72) / 24960 = 32.06

    // HE: 20, RL-SIG 4, HE-SIG-A 8, HE-STF 4, an LTF of 6.4 + 0.8 or 12.8 + 3.2.
    [TestCase("he 11", 1542, Band.Ghz5, 43.2 + (7 * 13.6))] // LDPC: 12352 / 1950 = 6.3
    [TestCase("he 0", 100, Band.Ghz5, 43.2 + (8 * 13.6))] // BCC: 822 / 117 = 7.03
    [TestCase("he 0 40", 100, Band.Ghz5, 43.2 + (4 * 13.6))] // LDPC: 816 / 234 = 3.5
    [TestCase("he 7 nss 2 80 gi 3.2", 1542, Band.Ghz6, 36 + (2 * 16) + (2 * 16))] // 12352 / 9800 = 1.3
    [TestCase("he 11", 1542, Band.Ghz2, 43.2 + (7 * 13.6) + 6)]

    // EHT: 20, RL-SIG 4, U-SIG 8, EHT-SIG 8, EHT-STF 4, an LTF.
    [TestCase("eht 13 320", 1542, Band.Ghz6, 44 + 7.2 + 13.6)] // 12352 / 39200 = 0.3
    public void APpduTakesWhatTheStandardSays(string rate, int octets, Band band, double microseconds) =>
        Assert.That(Airtime.Ppdu(Rate(rate), octets, band), Is.EqualTo((long)Math.Round(microseconds * 1000)));

    [Test]
    public void AirtimeNeverShrinksWithLengthNorGrowsWithMcs()
    {
        foreach (var rate in PhyRateTests.All())
        {
            long last = 0;
            foreach (int octets in new[] { 0, 1, 14, 32, 100, 1000, 1500, 2304, 65535 })
            {
                long ns = Airtime.Ppdu(rate, octets, Band.Ghz5);
                Assert.That(ns, Is.GreaterThanOrEqualTo(last), $"{rate}, {octets} octets");
                last = ns;
            }

            Assert.That(last, Is.GreaterThanOrEqualTo(65535 * 8 * 10_000L / rate.BitRate100Kbps * 99 / 100),
                $"{rate} is no faster than its bit rate");
        }

        for (int mcs = 1; mcs <= 9; mcs++)
            Assert.That(Airtime.Ppdu(PhyRate.Vht(mcs), 1500, Band.Ghz5), Is.LessThan(Airtime.Ppdu(PhyRate.Vht(mcs - 1), 1500, Band.Ghz5)));
    }

    [TestCase("ofdm 54", 1536, 1536)]
    [TestCase("ht 7", 1538, 1538)]
    [TestCase("vht 9", 1538, 1542)]
    [TestCase("he 0", 1538, 1542)]
    public void VhtAndLaterHaveADelimiterInFrontOfTheMpdu(string rate, int mpduOctets, int psduOctets) =>
        Assert.That(Airtime.PsduOctets(Rate(rate), mpduOctets), Is.EqualTo(psduOctets));

    [Test]
    public void InterframeSpacesAreTheStandards()
    {
        Assert.That(MacTiming.Dsss.DifsNs, Is.EqualTo(10_000 + (2 * 20_000)));
        Assert.That(MacTiming.Erp.DifsNs, Is.EqualTo(10_000 + (2 * 9_000)));
        Assert.That(MacTiming.Ofdm.DifsNs, Is.EqualTo(16_000 + (2 * 9_000)));
        Assert.That(MacTiming.Ofdm.PifsNs, Is.EqualTo(25_000));
        Assert.That(MacTiming.Ofdm.AifsNs(7), Is.EqualTo(16_000 + (7 * 9_000)));
        Assert.That(MacTiming.OfdmHalfClocked.DifsNs, Is.EqualTo(32_000 + (2 * 13_000)));
        Assert.That(MacTiming.OfdmQuarterClocked.DifsNs, Is.EqualTo(64_000 + (2 * 21_000)));
        Assert.That(MacTiming.OfdmHalfClocked.EifsNs(Band.Ghz5, ChannelSpacing.Mhz10), Is.EqualTo(32_000 + 88_000 + 58_000)); // ACK at 3 Mbit/s
        Assert.That(MacTiming.Dsss.EifsNs(Band.Ghz2), Is.EqualTo(10_000 + 304_000 + 50_000)); // ACK at 1 Mbit/s: 192 + 112
        Assert.That(MacTiming.Ofdm.EifsNs(Band.Ghz5), Is.EqualTo(16_000 + 44_000 + 34_000)); // ACK at 6 Mbit/s: 20 + 24
        Assert.That(MacTiming.Ofdm.ResponseTimeoutNs(PhyRate.Legacy(240)), Is.EqualTo(16_000 + 9_000 + 20_000));
        Assert.That(MacTiming.Dsss.ResponseTimeoutNs(PhyRate.Legacy(110)), Is.EqualTo(10_000 + 20_000 + 192_000));
    }

    [TestCase(AccessCategory.Background, false, 7, 15, 1023)]
    [TestCase(AccessCategory.BestEffort, false, 3, 15, 1023)]
    [TestCase(AccessCategory.Video, false, 2, 7, 15)]
    [TestCase(AccessCategory.Voice, false, 2, 3, 7)]
    [TestCase(AccessCategory.Background, true, 7, 15, 1023)]
    [TestCase(AccessCategory.BestEffort, true, 3, 15, 63)]
    [TestCase(AccessCategory.Video, true, 1, 7, 15)]
    [TestCase(AccessCategory.Voice, true, 1, 3, 7)]
    [TestCase(AccessCategory.Beacon, true, 1, 0, 0)]
    public void EdcaDefaultsAreTheStandards(AccessCategory category, bool isAp, int aifsn, int cwMin, int cwMax) =>
        Assert.That(EdcaParameters.Of(category, MacTiming.Ofdm, isAp), Is.EqualTo(new EdcaParameters(aifsn, cwMin, cwMax)));

    [Test]
    public void EachFailureDoublesTheWindowToItsBound()
    {
        var edca = EdcaParameters.Of(AccessCategory.BestEffort, MacTiming.Dsss, isAp: false);

        Assert.That(Enumerable.Range(0, 8).Select(edca.WindowAfter), Is.EqualTo(new[] { 31, 63, 127, 255, 511, 1023, 1023, 1023 }));
        Assert.That(edca.WindowAfter(int.MaxValue), Is.EqualTo(1023));
        Assert.That(EdcaParameters.Of(AccessCategory.Beacon, MacTiming.Erp, isAp: true).WindowAfter(3), Is.Zero);
    }

    [TestCase("dsss 1", "dsss 1")]
    [TestCase("cck 11 short", "cck 11 short")]
    [TestCase("ofdm 6", "ofdm 6")]
    [TestCase("ofdm 9", "ofdm 6")]
    [TestCase("ofdm 18", "ofdm 12")]
    [TestCase("ofdm 24", "ofdm 24")]
    [TestCase("ofdm 54", "ofdm 24")]
    [TestCase("ofdm 27 10", "ofdm 12 10")]
    [TestCase("ofdm 2.25 5", "ofdm 1.5 5")]
    [TestCase("ht 0", "ofdm 6")]
    [TestCase("ht 10 40", "ofdm 12")] // QPSK 3/4
    [TestCase("vht 9 80", "ofdm 24")]
    [TestCase("he 1", "ofdm 12")]
    [TestCase("eht 13", "ofdm 24")]
    public void AResponseHasTheFastestMandatoryRateThatIsNotFasterThanTheFrame(string rate, string response) =>
        Assert.That(FrameExchange.ResponseRate(Rate(rate)), Is.EqualTo(Rate(response)));

    [Test]
    public void AnExchangeIsTheSumOfItsParts()
    {
        // 1536 octets at 54 Mbit/s 248 µs, SIFS 16, ACK at 24 Mbit/s 28.
        Assert.That(FrameExchange.DurationNs(Rate("ofdm 54"), 1536, Band.Ghz5, MacTiming.Ofdm), Is.EqualTo(248_000 + 16_000 + 28_000));

        // RTS at 24 Mbit/s: 182 bits, 2 symbols, 28 µs; CTS 28.
        Assert.That(
            FrameExchange.DurationNs(Rate("ofdm 54"), 1536, Band.Ghz5, MacTiming.Ofdm, TxRateFlags.UseRtsCts),
            Is.EqualTo(28_000 + 16_000 + 28_000 + 16_000 + 292_000));

        // 1536 octets at 11 Mbit/s 1310 µs, SIFS 10, ACK at 11 Mbit/s 192 + 11.
        Assert.That(FrameExchange.DurationNs(Rate("cck 11"), 1536, Band.Ghz2, MacTiming.Dsss), Is.EqualTo(1_310_000 + 10_000 + 203_000));

        // CTS to self at 11 Mbit/s 203 µs, SIFS 10, then the frame with its signal extension 254, SIFS 10, ACK 34.
        Assert.That(
            FrameExchange.DurationNs(Rate("ofdm 54"), 1536, Band.Ghz2, MacTiming.Erp, TxRateFlags.UseCtsProtect),
            Is.EqualTo(203_000 + 10_000 + 254_000 + 10_000 + 34_000));

        // A VHT frame has a delimiter: 1538 + 4 octets, 72 µs.
        Assert.That(FrameExchange.DurationNs(Rate("vht 9 80 sgi"), 1538, Band.Ghz5, MacTiming.Ofdm), Is.EqualTo(72_000 + 16_000 + 28_000));
    }

    [TestCase(0, AccessCategory.BestEffort)]
    [TestCase(1, AccessCategory.Background)]
    [TestCase(2, AccessCategory.Background)]
    [TestCase(3, AccessCategory.BestEffort)]
    [TestCase(4, AccessCategory.Video)]
    [TestCase(5, AccessCategory.Video)]
    [TestCase(6, AccessCategory.Voice)]
    [TestCase(7, AccessCategory.Voice)]
    [TestCase(14, AccessCategory.Voice)]
    public void QosDataIsQueuedByItsUserPriority(int tid, AccessCategory category)
    {
        byte[] frame = new byte[26];
        (frame[0], frame[24]) = (0x88, (byte)tid);

        Assert.That(Category(frame), Is.EqualTo(category));
    }

    [TestCase(0x08, AccessCategory.BestEffort)] // data
    [TestCase(0xb0, AccessCategory.Voice)] // authentication
    [TestCase(0x80, AccessCategory.Beacon)]
    [TestCase(0x80, AccessCategory.Voice, false)] // to one radio: no beacon that an access point sends
    [TestCase(0xa4, AccessCategory.BestEffort)] // PS-Poll
    public void OtherFramesAreQueuedByTheirType(int frameControl, AccessCategory category, bool isGroup = true)
    {
        byte[] frame = new byte[24];
        frame[0] = (byte)frameControl;
        frame[FrameView.Addr1Offset] = (byte)(isGroup ? 0xff : 0x02);

        Assert.That(Category(frame), Is.EqualTo(category));
    }

    private static AccessCategory Category(byte[] frame) =>
        FrameView.TryParse(frame, out var view) ? view.AccessCategory : throw new ArgumentException("No frame.", nameof(frame));
}
