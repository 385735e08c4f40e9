using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.ShmMedium.Medium.Contention;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Contention;

/// <summary>A-MPDU and BlockAck. The arithmetic is by hand from the standard: a QoS MPDU of 1538 octets (UDP payload 1472), 4 of delimiter and 2 of
/// padding are 1544; on 5 GHz AIFS of AC_BE is 43 µs, the backoff 67.5 µs on average, and a BlockAck of 32 octets at 24 Mbit/s takes 32 µs.</summary>
public sealed class AggregationTests
{
    private const int UdpPayload = 1472;
    private const int Mpdu = 1538;
    private const int Subframe = 1544;
    private const double AccessUs = 16 + (3 * 9) + (15 / 2.0 * 9);
    private const double BlockAckUs = 16 + 20 + (4 * 3); // SIFS; (16 + 8 * 32 + 6) / 96 = 2.9 symbols

    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(5);

    /// <param name="mpdus">What the buffer of 64, or 256, 65,535 octets (HT), or aPPDUMaxTime, 5.484 ms, allow.</param>
    [TestCase("ht 7", 28, 36, 4, 260)] // 5.448 ms hold 1362 symbols of 260 bits: 44,265 octets
    [TestCase("ht 15 40", 42, 40, 4, 1080)] // 270 Mbit/s: 65,535 octets hold 42; two HT-LTFs
    [TestCase("vht 9 nss 2 80", 64, 44, 4, 3120)] // 780 Mbit/s; preamble 36 and two VHT-LTFs
    [TestCase("he 0", 3, 36 + 7.2, 13.6, 117, 6)] // 8.6 Mbit/s: BCC
    [TestCase("he 9", 50, 36 + 7.2, 13.6, 1560, 6)] // 114.7 Mbit/s
    [TestCase("he 11 nss 2 80", 64, 36 + (2 * 7.2), 13.6, 16333)] // 1,201 Mbit/s
    [TestCase("he 11 nss 2 160 gi 3.2", 64, 36 + (2 * 16), 16, 32666)] // 2,042 Mbit/s: 4x HE-LTFs
    [TestCase("eht 13 gi 1.6", 64, 44 + 8, 14.4, 2340)] // 162.5 Mbit/s
    [TestCase("eht 13 nss 2 320", 64, 44 + (2 * 7.2), 13.6, 78400)] // 5,765 Mbit/s
    [TestCase("eht 13 nss 2 320", 64, 44 + (2 * 7.2), 13.6, 78400, 0, 3, 0)]
    [TestCase("eht 13 nss 2 320", 256, 44 + (2 * 7.2), 13.6, 78400, 0, 5, 0)] // BlockAck with a bitmap of 256: 56 octets
    public void AnIdlePairHasTheGoodputOfFullAggregates(string rate, int mpdus, double preambleUs, double symbolUs, double bitsPerSymbol,
        double tail = 0, int blockAckSymbols = 3, int spacingUs = 8)
    {
        int spacing = (int)(spacingUs * bitsPerSymbol / symbolUs / 8); // octets between the starts of two MPDUs, as hwsim's radios want them
        int psdu = ((mpdus - 1) * Math.Max(Subframe, (spacing + 3) / 4 * 4)) + Subframe - 2;
        tail = rate.StartsWith("vht", StringComparison.Ordinal) ? 12 : rate.StartsWith("ht", StringComparison.Ordinal) ? 6 : tail;
        double data = preambleUs + (symbolUs * Math.Ceiling((16 + (8 * psdu) + tail) / bitsPerSymbol));
        bool isSlow = FrameExchange.ResponseRate(Flow.RateOf(rate).Phy) == PhyRate.Legacy(60); // (16 + 8 * 32 + 6) / 24 = 11.6 symbols
        double cycle = AccessUs + data + 16 + 20 + (4 * (isSlow ? 12 : blockAckSymbols));
        double mbps = mpdus * UdpPayload * 8 / cycle;

        var flow = Aggregated("a", "b", rate, bufferSize: Math.Max(mpdus, 64), waiting: 256, freqMhz: 5955);
        flow.Agreement!.Recipient = AmpduCapabilities.OfHwsim with { MinSpacingNs = spacingUs * 1000 };
        Run(flow);
        Assert.That(flow.MbpsOf(UdpPayload, s_time), Is.EqualTo(mbps).Within(0.02 * mbps));
        Assert.That(flow.Retries, Is.Zero);
    }

    [Test]
    public void WithoutAnAgreementEachFrameHasAPpduOfItsOwn()
    {
        double cycle = AccessUs + 36 + (4 * 48) + 16 + 28;
        var flow = Run(new Flow("a", "b", "ht 7") { MpduOctets = Mpdu, Waiting = 100 });
        Assert.That(flow.MbpsOf(UdpPayload, s_time), Is.EqualTo(UdpPayload * 8 / cycle).Within(2).Percent);
    }

    [Test]
    public void OnceTheAgreementIsOverEachFrameHasAPpduOfItsOwn()
    {
        var harness = new AirtimeHarness();
        _ = harness["b"];
        var flow = harness.Saturate(Aggregated("a", "b", "ht 7"));
        harness.Run(s_time);
        int before = flow.Delivered;
        flow.Agreement!.BufferSize = 0;
        harness.Run(s_time);
        double cycle = AccessUs + 36 + (4 * 48) + 16 + 28;
        Assert.That(flow.Delivered - before, Is.EqualTo(s_time.TotalMicroseconds / cycle).Within(2).Percent);
    }

    [Test]
    public void RtsAndCtsProtectTheWholeAggregateOnce()
    {
        double data = 36 + (4 * Math.Ceiling((16 + (8 * ((28 * Subframe) - 2)) + 6) / 260.0));
        double cycle = AccessUs + 28 + 16 + 28 + 16 + data + BlockAckUs;
        var flow = Run(Aggregated("a", "b", "ht 7", [Flow.RateOf("ht 7", flags: TxRateFlags.UseRtsCts)]));
        Assert.That(flow.MbpsOf(UdpPayload, s_time), Is.EqualTo(28 * UdpPayload * 8 / cycle).Within(2).Percent);
    }

    [Test]
    public void EachMpduIsLostByItself()
    {
        var harness = new AirtimeHarness(7, AirtimeHarness.Loss("a", "b", 0.2, oneWay: true)) { Log = [] };
        _ = harness["b"];
        var flow = harness.Saturate(Aggregated("a", "b", "ht 7"));
        harness.Run(TimeSpan.FromSeconds(2));

        Assert.That((double)flow.Lost / (flow.Lost + flow.Received), Is.EqualTo(0.2).Within(0.02));
        Assert.That((double)flow.Attempts / flow.Done, Is.EqualTo(1 / 0.8).Within(0.03));
        Assert.That(flow.Acked, Is.EqualTo(flow.Done));
        int[] sizes = [.. harness.Log!.Where(line => line.Contains("received")).GroupBy(line => line.Split(' ')[0]).Select(ppdu => ppdu.Count())];
        Assert.That(sizes.Average(), Is.InRange(15, 25)); // of 28; whole ones would be lost or received as one
        Assert.That(sizes, Has.All.LessThanOrEqualTo(28));
    }

    [Test]
    public void WithoutABlockAckAllAreSentAgainUntilTheirChainsAreOver()
    {
        var harness = new AirtimeHarness(7, AirtimeHarness.Loss("b", "a", 1, oneWay: true));
        _ = harness["b"];
        var flow = harness.Saturate(Aggregated("a", "b", "ht 7"));
        harness.Run(TimeSpan.FromSeconds(2));
        Assert.That(flow.Acked, Is.Zero);
        Assert.That(flow.Attempts, Is.EqualTo(7 * flow.Done));
        Assert.That(flow.Retries, Is.EqualTo(flow.Received - flow.Delivered));
        Assert.That(flow.Done, Is.GreaterThan(100));
    }

    [Test]
    public void ABlockAckSaysWhatCameInEarlierAttempts()
    {
        // Half of the BlockAcks are lost: without the scoreboard an MPDU would have to be received in the very attempt whose BlockAck comes.
        var harness = new AirtimeHarness(
            7, AirtimeHarness.Loss("b", "a", 0.5, oneWay: true), AirtimeHarness.Loss("a", "b", 0.5, oneWay: true));
        _ = harness["b"];
        var flow = harness.Saturate(Aggregated("a", "b", "ht 7", [Flow.RateOf("ht 7", 2)]));
        harness.Run(TimeSpan.FromSeconds(20));

        // Two attempts, BlockAcks k1 and k2, receptions r1 and r2: k1 r1, or else k2 and (r1 or r2); of r1 alone: k2 all the same.
        double withScoreboard = (0.5 * 0.5) + (0.5 * 0.5 * 0.5 * 0.5) + (0.5 * 0.5 * 0.75);
        Assert.That((double)flow.Acked / flow.Done, Is.EqualTo(withScoreboard).Within(0.03));
        Assert.That(flow.Acked, Is.LessThanOrEqualTo(flow.Delivered));
    }

    [TestCase(2)]
    [TestCase(8)]
    public void NoMoreThanTheReceiverKeepsAreUnderWay(int bufferSize)
    {
        var harness = new AirtimeHarness(7, AirtimeHarness.Loss("a", "b", 0.3, oneWay: true)) { Log = [] };
        _ = harness["b"];
        harness.Saturate(Aggregated("a", "b", "ht 7", bufferSize: bufferSize));
        harness.Run(TimeSpan.FromSeconds(1));
        int[] sizes = [.. harness.Log!.Where(line => line.Contains("received")).GroupBy(line => line.Split(' ')[0]).Select(ppdu => ppdu.Count())];
        Assert.That(sizes, Has.All.LessThanOrEqualTo(bufferSize));
        Assert.That(sizes, Has.Some.EqualTo(bufferSize));
    }

    [Test]
    public void FramesForTwoStationsInTurnsAreAggregatedForEach()
    {
        var harness = new AirtimeHarness();
        _ = (harness["b"], harness["c"]);
        var toB = Aggregated("a", "b", "ht 7", waiting: 60);
        var toC = Aggregated("a", "c", "ht 7", waiting: 60);
        for (int i = 0; i < 60; i++)
        {
            harness.Send(toB);
            harness.Send(toC);
        }
        (toB.IsSaturated, toC.IsSaturated) = (true, true);
        harness.Run(s_time);
        double data = 36 + (4 * Math.Ceiling((16 + (8 * ((28 * Subframe) - 2)) + 6) / 260.0));
        double mbps = 28 * UdpPayload * 8 / (AccessUs + data + BlockAckUs);
        double both = toB.MbpsOf(UdpPayload, s_time) + toC.MbpsOf(UdpPayload, s_time);
        Assert.That(both, Is.EqualTo(mbps).Within(2).Percent);
        Assert.That(toB.Delivered, Is.EqualTo(toC.Delivered).Within(2).Percent);
    }

    [Test]
    public void AFrameOfAnotherRateWaitsForAPpduOfItsOwn()
    {
        var harness = new AirtimeHarness { Log = [] };
        _ = harness["b"];
        var agreement = new BlockAckAgreement { BufferSize = 64 };
        var fast = new Flow("a", "b", "ht 7") { MpduOctets = Mpdu, Agreement = agreement };
        var slow = new Flow("a", "b", "ht 0") { MpduOctets = Mpdu, Agreement = agreement, Sent = 10 };
        for (int i = 0; i < 4; i++)
            harness.Send(fast);
        harness.Send(slow);
        for (int i = 0; i < 3; i++)
            harness.Send(fast);
        harness.Run(TimeSpan.FromMilliseconds(100));
        int[] sizes = [.. harness.Log!.Where(line => line.Contains("received")).GroupBy(line => line.Split(' ')[0]).Select(ppdu => ppdu.Count())];
        Assert.That(sizes, Is.EqualTo((int[])[7, 1]));
    }

    /// <summary>A burst of 0.5 ms in a PPDU of 5.3 ms: what it overlaps is lost, three or four of 28.</summary>
    [Test]
    public void NoiseInTheMiddleTakesOnlyTheMpdusThatItOverlaps()
    {
        var harness = new AirtimeHarness(new MediumConfiguration
        {
            Links = [AirtimeHarness.Snr("a", "jam", -40), AirtimeHarness.Snr("b", "jam", 40), AirtimeHarness.Snr("a", "b", 40)],
        });
        _ = harness["b"];
        var noise = new JammerConfiguration("jam", 5180) { Period = TimeSpan.FromMilliseconds(50), DutyCycle = 0.01 };
        harness.Medium.Add(new Jammer(noise, harness.Links.Add(noise.Name, Jammer.RadioName, [], harness.NowNs), harness.NowNs));
        var flow = harness.Saturate(Aggregated("a", "b", "ht 7"));
        harness.Run(TimeSpan.FromSeconds(10));

        double lostABurst = flow.Lost / 200.0;
        // 500 µs and the two MPDUs at its ends, of 190 µs each: (500 + 190) / 190, and less where a header or no frame at all is hit, which are
        // 4 % of the time. A hit header costs all 28.
        Assert.That(lostABurst, Is.InRange(3.0, 8.0));
        Assert.That(flow.Acked, Is.EqualTo(flow.Done));
    }

    [Test]
    public void AMonitorReceivesWhatItIsLucky()
    {
        var harness = new AirtimeHarness(7, AirtimeHarness.Loss("a", "m", 0.5, oneWay: true));
        _ = (harness["b"], harness["m"]);
        var flow = harness.Saturate(Aggregated("a", "b", "ht 7", monitor: "m"));
        harness.Run(TimeSpan.FromSeconds(1));
        Assert.That((double)flow.Received / flow.Done, Is.EqualTo(1.5).Within(0.05));
        Assert.That(flow.Retries, Is.Zero);
    }

    [TestCase("a")]
    [TestCase("b")]
    public void AStationMayLeaveInTheMiddle(string who)
    {
        for (int us = 0; us < 6000; us += 137)
        {
            var harness = new AirtimeHarness();
            _ = harness["b"];
            var flow = harness.Saturate(Aggregated("a", "b", "ht 7"));
            var other = harness.Saturate(new Flow("c", "d", "ht 7"));
            harness.RunUntil(2_000_000 + (us * 1000));
            flow.IsSaturated = false;
            harness.Leave(who);
            int before = other.Delivered;
            harness.Run(TimeSpan.FromSeconds(1));
            Assert.That(other.Delivered - before, Is.GreaterThan(1000), $"{us} us");
            Assert.That(who == "a" || flow.Done == flow.Sent, $"{us} us: {flow.Done} of {flow.Sent} frames to who left are over");
        }
    }

    [Test]
    public void NothingIsAllocatedOnceTheMediumIsWarm()
    {
        var harness = new AirtimeHarness(7, AirtimeHarness.Loss("a", "b", 0.2, oneWay: true));
        _ = harness["b"];
        harness.Saturate(Aggregated("a", "b", "vht 9 nss 2 80"));
        Assert.That(Allocations.OfWarm(() => harness.Run(s_time)), Is.Zero);
    }

    private static Flow Run(Flow flow)
    {
        var harness = new AirtimeHarness();
        _ = harness[flow.To!];
        harness.Saturate(flow);
        harness.Run(s_time);
        return flow;
    }

    private static Flow Aggregated(
        string from, string to, string rate, TxRate[]? rates = null, int bufferSize = 64, int waiting = 128, string? monitor = null,
        int freqMhz = 5180) =>
        new(from, to, rate, freqMhz)
        {
            MpduOctets = Mpdu,
            Waiting = waiting,
            Rates = rates ?? [Flow.RateOf(rate)],
            Monitor = monitor,
            Agreement = new BlockAckAgreement { BufferSize = bufferSize },
        };
}
