using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.ShmMedium.Medium.Contention;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Contention;

/// <summary>Who waits for whom, who disturbs whom.</summary>
public sealed class ContentionTests
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(5);

    private static Flow Slow(string from, string to, TxRateFlags flags = TxRateFlags.None, int freqMhz = 5180) =>
        new(from, to, "ofdm 12", freqMhz) { Rates = [Flow.RateOf("ofdm 12", flags: flags)] };

    [Test]
    public void HiddenNodesCollideAndRtsMendsIt()
    {
        (double lost, int delivered, int retries) bare = HiddenNodes(TxRateFlags.None);
        (double lost, int delivered, int retries) withRts = HiddenNodes(TxRateFlags.UseRtsCts);
        TestContext.Out.WriteLine(
            $"without RTS {bare.delivered} delivered, {100 * bare.lost:f1} % of attempts lost, {bare.retries} retries received");
        TestContext.Out.WriteLine(
            $"with RTS {withRts.delivered} delivered, {100 * withRts.lost:f1} % of attempts lost, {withRts.retries} retries received");
        Assert.Multiple(() =>
        {
            Assert.That(bare.lost, Is.GreaterThan(0.5));
            // What collides is the RTS; but who sends one while the CTS comes does not receive that.
            Assert.That(withRts.retries, Is.LessThan(0.05 * withRts.delivered));
            Assert.That(withRts.delivered, Is.GreaterThan(1.5 * bare.delivered));
        });
    }

    [TestCase(TxRateFlags.None)]
    [TestCase(TxRateFlags.UseRtsCts)]
    public void WhatHiddenNodesLoseIsLostToCollisions(TxRateFlags flags)
    {
        var harness = new AirtimeHarness(1, AirtimeHarness.Snr("a", "ap", 30), AirtimeHarness.Snr("b", "ap", 30), AirtimeHarness.Snr("a", "b", -30));
        Flow[] flows = [harness.Saturate(Slow("a", "ap", flags)), harness.Saturate(Slow("b", "ap", flags))];
        harness.Run(s_time);
        foreach (var flow in flows)
        {
            Assert.That(flow.Collisions, Is.GreaterThan(0));
            Assert.That((double)flow.Collisions / (flow.Attempts - flow.Acked), Is.EqualTo(1).Within(0.02), "some lose the answer");
        }
    }

    [Test]
    public void WhatALinkLosesIsNoCollisionThoughOthersSendFarAway()
    {
        var harness = new AirtimeHarness(1, AirtimeHarness.Snr("a", "c", -30), AirtimeHarness.Snr("a", "d", -30), AirtimeHarness.Snr("b", "c", -30),
            AirtimeHarness.Snr("b", "d", -30), AirtimeHarness.Loss("a", "b", 0.5, oneWay: true));
        var lossy = harness.Saturate(Slow("a", "b"));
        var far = harness.Saturate(Slow("c", "d"));
        harness.Run(s_time);
        Assert.That(lossy.Attempts, Is.GreaterThan(1.5 * lossy.Acked));
        Assert.That((lossy.Collisions, far.Collisions), Is.EqualTo((0, 0)));
    }

    [Test]
    public void WhoLeavesAChannelInTheMiddleOfAPpduIsNotKeptBusyByIt()
    {
        var harness = new AirtimeHarness();
        harness.Send(Slow("a", "b"));
        harness.Run(TimeSpan.FromMilliseconds(10)); // a is on 5180 MHz from now on
        harness.Send(Slow("b", "c"));
        harness.Run(TimeSpan.FromMicroseconds(500)); // of 1 ms
        var elsewhere = Slow("a", "d", freqMhz: 5500);
        harness.Send(elsewhere);
        harness.Run(s_time);
        Assert.That(elsewhere.Acked, Is.EqualTo(1));
    }

    [Test]
    public void StationsInRangeOfEachOtherNeedNoRts()
    {
        var harness = new AirtimeHarness(1, AirtimeHarness.Snr("a", "ap", 30), AirtimeHarness.Snr("b", "ap", 30), AirtimeHarness.Snr("a", "b", 30));
        var a = harness.Saturate(Slow("a", "ap"));
        var b = harness.Saturate(Slow("b", "ap"));
        harness.Run(s_time);
        Assert.That((double)(a.Acked + b.Acked) / (a.Attempts + b.Attempts), Is.GreaterThan(0.85));
    }

    [Test]
    public void ExposedNodesWaitThoughTheyWouldNotDisturb()
    {
        LinkConfiguration[] apart = [AirtimeHarness.Snr("*", "*", -30), AirtimeHarness.Snr("a", "b", 30), AirtimeHarness.Snr("c", "d", 30)];
        (int a, int c) alone = TwoPairs([.. apart, AirtimeHarness.Snr("a", "c", -30)]);
        (int a, int c) exposed = TwoPairs([.. apart, AirtimeHarness.Snr("a", "c", 30)]);
        TestContext.Out.WriteLine($"apart {alone.a} {alone.c}, exposed {exposed.a} {exposed.c}");
        Assert.That((double)(exposed.a + exposed.c) / (alone.a + alone.c), Is.EqualTo(0.5).Within(0.05));
    }

    [Test]
    public void TheStrongerOfTwoHiddenNodesCaptures()
    {
        var harness =
            new AirtimeHarness(1, AirtimeHarness.Snr("near", "ap", 50), AirtimeHarness.Snr("far", "ap", 20), AirtimeHarness.Snr("near", "far", -30));
        var near = harness.Saturate(Slow("near", "ap"));
        var far = harness.Saturate(Slow("far", "ap"));
        harness.Run(s_time);
        TestContext.Out.WriteLine($"near {near.Acked} of {near.Attempts}, far {far.Acked} of {far.Attempts}");
        Assert.That((double)near.Acked / near.Attempts, Is.GreaterThan(0.98));
        Assert.That((double)far.Acked / far.Attempts, Is.LessThan(0.5));
    }

    [Test]
    public void VoiceGoesBeforeBackground()
    {
        var harness = new AirtimeHarness();
        Flow[] flows = [.. new[] { AccessCategory.Background, AccessCategory.BestEffort, AccessCategory.Video, AccessCategory.Voice }
            .Select(category => harness.Saturate(new Flow($"sta{category}", "ap", "ht 7") { Category = category }))];
        harness.Run(s_time);
        int all = flows.Sum(flow => flow.Delivered);
        TestContext.Out.WriteLine(string.Join(", ", flows.Select(flow => $"{flow.Category} {100.0 * flow.Delivered / all:f1} %")));
        Assert.That(flows.Select(flow => flow.Delivered), Is.Ordered);
        Assert.That((double)flows[3].Delivered / all, Is.GreaterThan(0.5));
        Assert.That((double)flows[0].Delivered / all, Is.LessThan(0.02));
    }

    [Test]
    public void TheQueuesOfOneStationContendWithEachOther()
    {
        var harness = new AirtimeHarness();
        var background = harness.Saturate(new Flow("sta", "ap", "ht 7") { Category = AccessCategory.Background });
        var video = harness.Saturate(new Flow("sta", "ap", "ht 7") { Category = AccessCategory.Video });
        harness.Run(s_time);
        TestContext.Out.WriteLine($"BK {background.Delivered}, VI {video.Delivered}");
        Assert.That(video.Delivered, Is.GreaterThan(10 * background.Delivered));
        Assert.That(background.Delivered, Is.GreaterThan(0));
        Assert.That(background.Attempts + video.Attempts, Is.EqualTo(background.Done + video.Done), "no collisions on the medium");
    }

    // Of two frames that come together the second waits AIFS and a backoff that may be 0: AIFSN is 1 for an AP's voice, 2 for a station's.
    [Test]
    public void AnAccessPointIsOneAsLongAsItsBeaconsTellSo()
    {
        const long apForNs = 716_800_000; // 7 beacon intervals
        var harness = new AirtimeHarness();
        var voice = new Flow("a", null, "ofdm 54") { Category = AccessCategory.Voice };
        var beacon = new Flow("a", null, "ofdm 6") { Category = AccessCategory.Beacon, MpduOctets = 300, ApForNs = apForNs };
        var meshBeacon = new Flow("a", null, "ofdm 6") { Category = AccessCategory.Beacon, MpduOctets = 300 };
        _ = harness["b"];

        long asStation = ShortestNs();
        harness.Send(meshBeacon);
        Assert.That(ShortestNs(), Is.EqualTo(asStation), "not all who send beacons are APs");
        harness.Send(beacon);
        Assert.That(ShortestNs(), Is.EqualTo(asStation - MacTiming.Ofdm.SlotNs));
        harness.Run(TimeSpan.FromMilliseconds(200));
        Assert.That(ShortestNs(), Is.EqualTo(asStation - MacTiming.Ofdm.SlotNs), "a beacon or two may be missing");
        harness.RunUntil(harness.NowNs + apForNs);
        Assert.That(ShortestNs(), Is.EqualTo(asStation), "it sends no beacons any more");

        long ShortestNs()
        {
            long shortest = long.MaxValue;
            for (int i = 0; i < 50; i++)
            {
                harness.Run(TimeSpan.FromMilliseconds(5));
                long startNs = harness.NowNs;
                harness.Send(voice);
                harness.Send(voice);
                harness.Run(TimeSpan.FromMilliseconds(2));
                shortest = Math.Min(shortest, voice.LastDoneNs - startNs);
            }
            return shortest;
        }
    }

    [Test]
    public void BeaconsAreOnTimeUnderLoad()
    {
        var harness = new AirtimeHarness();
        for (int i = 0; i < 5; i++)
            harness.Saturate(new Flow($"sta{i}", "ap", "ht 7"));
        var beacon = new Flow("ap", null, "ofdm 6") { Category = AccessCategory.Beacon, MpduOctets = 300 };
        harness.Saturate(new Flow("ap", "sta0", "ht 7"));
        const long airtimeNs = 424_000; // 20 + 4 * ceil((16 + 2400 + 6) / 24)
        var delays = new List<double>();
        for (int i = 0; i < 200; i++)
        {
            harness.Run(TimeSpan.FromMicroseconds(102_400 - 50_000));
            long tbtt = harness.NowNs;
            Assert.That(harness.Send(beacon), Is.True);
            harness.Run(TimeSpan.FromMicroseconds(50_000));
            delays.Add((beacon.LastDoneNs - airtimeNs - tbtt) / 1000.0);
        }
        TestContext.Out.WriteLine(
            $"{delays.Min():f0} to {delays.Max():f0} µs after TBTT, {delays.Average():f0} on average; {beacon.Received} of {200 * 5} received");
        Assert.That(beacon.Done, Is.EqualTo(200));
        Assert.That(delays.Min(), Is.GreaterThanOrEqualTo(0));
        Assert.That(delays.Max(), Is.LessThan(1500));
        Assert.That(delays.Average(), Is.LessThan(400));
        Assert.That(beacon.Received, Is.GreaterThan(950));
    }

    [Test]
    public void BeaconsOfApsThatComeTogetherDoNotCollide()
    {
        var harness = new AirtimeHarness();
        Flow[] beacons = [.. Enumerable.Range(0, 4)
            .Select(i => new Flow($"ap{i}", null, "dsss 1", 2437) { Category = AccessCategory.Beacon, MpduOctets = 150 })];
        _ = harness["sta"];
        for (int i = 0; i < 100; i++)
        {
            foreach (var beacon in beacons)
                harness.Send(beacon);
            harness.Run(TimeSpan.FromMicroseconds(102_400));
        }
        TestContext.Out.WriteLine(string.Join(' ', beacons.Select(beacon => beacon.Received)));
        Assert.That(beacons.Select(beacon => beacon.Received), Is.All.EqualTo(400));
    }

    [Test]
    public void A40MhzPairWaitsForThePairsOnBothOfItsHalves()
    {
        (double low, double high, double wide) = Overlap("ht 7 40", 5180, 5200);
        TestContext.Out.WriteLine($"20 MHz on 36 {low:f2} of alone, on 40 {high:f2}, 40 MHz {wide:f2}");
        Assert.That(wide, Is.LessThan(0.6));
        Assert.That(low, Is.LessThan(0.95));
        Assert.That(high, Is.LessThan(0.95));

        (low, high, wide) = Overlap("ht 7 40", 5220, 5240);
        Assert.That(new[] { low, high, wide }, Is.All.EqualTo(1).Within(0.02), "36 + 40 has nothing of 44 and 48");
    }

    [TestCase("ht 7 40", 5200, 5170, 5210)]
    [TestCase("vht 0 80", 5200, 5170, 5250)]
    [TestCase("vht 0 160", 5180, 5170, 5330)]
    [TestCase("vht 0 80", 5785, 5735, 5815)]
    [TestCase("vht 0 40", 5955, 5945, 5985)]
    [TestCase("eht 0 320", 5955, 5945, 6265, Description = "320 MHz-1")]
    [TestCase("eht 0 320", 6255, 5945, 6265)]
    [TestCase("eht 0 320", 6275, 6265, 6585)]
    [TestCase("eht 0 320", 6895, 6585, 6905)]
    [TestCase("eht 0 320", 6915, 6745, 7065, Description = "320 MHz-2")]
    [TestCase("eht 0 320", 7075, 7065, 7085, Description = "there is none")]
    [TestCase("he 0 160", 6135, 6105, 6265)]
    [TestCase("ht 7 40", 2412, 2402, 2442)]
    [TestCase("ht 7 40", 2462, 2432, 2472)]
    [TestCase("ofdm 6", 2412, 2402, 2422)]
    [TestCase("cck 11", 2412, 2401, 2423)]
    public void APpduTakesItsPartOfTheSpectrum(string rate, int freqMhz, int lowMhz, int highMhz) =>
        Assert.That(FrequencyRange.Of(Flow.RateOf(rate).Phy, freqMhz), Is.EqualTo(new FrequencyRange(lowMhz, highMhz)));

    [Test]
    public void NeighboursInTheSpectrumDisturbByTheirOverlap()
    {
        // Channel 3's sender is not sensed on channel 1 at that strength, but its power in channel 1 drowns the signal.
        LinkConfiguration[] given =
            [AirtimeHarness.Snr("a", "b", 12), AirtimeHarness.Snr("c", "d", 30), AirtimeHarness.Snr("c", "b", 20, oneWay: true)];
        var harness = new AirtimeHarness(1, [AirtimeHarness.Snr("*", "*", -30), .. given]);
        var far = Slow("a", "b", freqMhz: 2412);
        harness.Saturate(far);
        harness.Run(s_time);
        double before = (double)far.Acked / far.Attempts;
        harness.Saturate(Slow("c", "d", freqMhz: 2422));
        (int acked, long attempts) = (far.Acked, far.Attempts);
        harness.Run(s_time);
        double after = (double)(far.Acked - acked) / (far.Attempts - attempts);
        TestContext.Out.WriteLine($"before {before:f3}, after {after:f3}");
        Assert.That(before, Is.GreaterThan(0.99));
        Assert.That(after, Is.LessThan(0.5));
    }

    private static (double Lost, int Delivered, int Retries) HiddenNodes(TxRateFlags flags)
    {
        var harness = new AirtimeHarness(1, AirtimeHarness.Snr("a", "ap", 30), AirtimeHarness.Snr("b", "ap", 30), AirtimeHarness.Snr("a", "b", -30));
        var a = harness.Saturate(Slow("a", "ap", flags));
        var b = harness.Saturate(Slow("b", "ap", flags));
        harness.Run(s_time);
        return (1 - ((double)(a.Acked + b.Acked) / (a.Attempts + b.Attempts)), a.Delivered + b.Delivered, a.Retries + b.Retries);
    }

    private static (int A, int C) TwoPairs(LinkConfiguration[] links)
    {
        var harness = new AirtimeHarness(1, links);
        var a = harness.Saturate(Slow("a", "b"));
        var c = harness.Saturate(Slow("c", "d"));
        harness.Run(s_time);
        return (a.Delivered, c.Delivered);
    }

    private static (double Low, double High, double Wide) Overlap(string wideRate, int lowMhz, int highMhz)
    {
        int[] alone = [.. Enumerable.Range(0, 3).Select(i => Run(i)[i])];
        int[] together = Run(0, 1, 2);
        return ((double)together[0] / alone[0], (double)together[1] / alone[1], (double)together[2] / alone[2]);

        int[] Run(params int[] which)
        {
            var harness = new AirtimeHarness();
            Flow[] flows = [new("a", "b", "ht 7", lowMhz), new("c", "d", "ht 7", highMhz), new("e", "f", wideRate)];
            foreach (int i in which)
                harness.Saturate(flows[i]);
            harness.Run(TimeSpan.FromSeconds(1));
            return [.. flows.Select(flow => flow.Delivered)];
        }
    }
}
