using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Medium.Contention;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Contention;

/// <summary>What becomes of single frames.</summary>
public sealed class ExchangeTests
{
    private static Flow Frame(string to = "b") => new("a", to, "ofdm 54") { UsesDcf = true };

    [Test]
    public void AFrameOnAnIdleMediumTakesAifsItsAirtimeAndItsAck()
    {
        var harness = new AirtimeHarness { Log = [] };
        harness.Send(Frame());
        Assert.That(harness.Medium.NextEventNs, Is.InRange(34_000, 34_000 + (15 * 9_000)), "DIFS and a backoff, as it just came to the channel");
        harness.RunUntil(10_000_000);
        Assert.That(harness.Medium.NextEventNs, Is.EqualTo(long.MaxValue));

        harness.Log!.Clear();
        harness.Send(Frame());
        harness.RunUntil(20_000_000);
        // At once, as DIFS and backoff are long over: 20 + 4 * 57, then 16 + 28 µs.
        Assert.That(harness.Log, Is.EqualTo(new[] { "10248000 received a b 1 False", "10292000 over a 1 True" }));
    }

    [Test]
    public void SignalsAreTheLinks()
    {
        var harness = new AirtimeHarness(1, AirtimeHarness.Snr("a", "b", 40, oneWay: true), AirtimeHarness.Snr("b", "a", 35, oneWay: true));
        var flow = Frame();
        harness.Send(flow);
        harness.RunUntil(10_000_000);
        Assert.That(flow.LastSignalDbm, Is.EqualTo(-51));
        Assert.That(flow.LastAckSignalDbm, Is.EqualTo(-56));
    }

    [Test]
    public void ALostAckMakesADuplicateWithTheRetryBit()
    {
        var harness = new AirtimeHarness(1, AirtimeHarness.Loss("b", "a", 1, oneWay: true));
        var flow = Frame();
        harness.Send(flow);
        harness.RunUntil(100_000_000);
        Assert.Multiple(() =>
        {
            Assert.That(flow.Received, Is.EqualTo(7));
            Assert.That(flow.Retries, Is.EqualTo(6));
            Assert.That(flow.Delivered, Is.EqualTo(1));
            Assert.That(flow.Done, Is.EqualTo(1));
            Assert.That(flow.Acked, Is.Zero);
            Assert.That(flow.Attempts, Is.EqualTo(7));
            Assert.That(flow.LastAckSignalDbm, Is.NaN);
        });
    }

    [Test]
    public void WhatComesOfFramesOneWayDoesNotDependOnThoseOfTheOther()
    {
        Assert.That(Fates(isAnswered: true), Is.EqualTo(Fates(isAnswered: false)));

        static long[] Fates(bool isAnswered)
        {
            const long FrameNs = 100_000_000; // longer than seven attempts take
            var harness = new AirtimeHarness(1, AirtimeHarness.Loss("a", "b", 0.3));
            Flow there = Frame(), back = new("b", "a", "ofdm 54");
            long attempts = 0;
            return [.. Enumerable.Range(0, 200).Select(_ =>
            {
                harness.Send(there);
                harness.RunUntil(harness.NowNs + FrameNs);
                if (isAnswered)
                    harness.Send(back);
                harness.RunUntil(harness.NowNs + FrameNs);
                long used = there.Attempts - attempts;
                attempts = there.Attempts;
                return used;
            })];
        }
    }

    [Test]
    public void BothWaysLoseTheirShare()
    {
        var harness = new AirtimeHarness(1, AirtimeHarness.Loss("a", "b", 0.3));
        var flow = harness.Saturate(new Flow("a", "b", "ofdm 54") { Rates = [Flow.RateOf("ofdm 54", attempts: 1)] });
        harness.Run(TimeSpan.FromSeconds(20));
        Assert.That((double)flow.Received / flow.Done, Is.EqualTo(0.7).Within(0.01));
        Assert.That(flow.Received + flow.Lost, Is.EqualTo(flow.Done).Within(1), "one attempt each; the last may be on the medium");
        Assert.That((double)flow.Acked / flow.Done, Is.EqualTo(0.49).Within(0.01));
    }

    [Test]
    public void TheChainIsWalkedAttemptByAttempt()
    {
        var harness = new AirtimeHarness(1, AirtimeHarness.Snr("a", "b", 12)) { Log = [] };
        var flow = new Flow("a", "b", "ofdm 54")
        {
            Rates = [Flow.RateOf("ofdm 54", 3), Flow.RateOf("ofdm 36", 2), Flow.RateOf("ofdm 6", 1), Flow.RateOf("ofdm 9", 5)],
        };
        harness.Send(flow);
        harness.RunUntil(100_000_000);
        Assert.That(harness.Log!.Select(line => line[(line.IndexOf(' ') + 1)..]), Is.EqualTo(new[] { "received a b 6 True", "over a 6 True" }));
    }

    [Test]
    public void NobodyAcknowledgesForARadioThatDoesNotListen()
    {
        var harness = new AirtimeHarness();
        var flow = Frame();
        flow.ReceiverListens = false;
        harness.Send(flow);
        harness.RunUntil(100_000_000);
        Assert.That((flow.Received, flow.Acked, flow.Attempts), Is.EqualTo((0, 0, 7L)));
    }

    [Test]
    public void AGroupFrameIsSentOnce()
    {
        var harness = new AirtimeHarness(1, AirtimeHarness.Loss("a", "c", 1)) { Log = [] };
        _ = (harness["b"], harness["c"], harness["d"]);
        var group = new Flow("a", null, "ofdm 6") { MpduOctets = 100, UsesDcf = true };
        harness.Send(group);
        harness.RunUntil(10_000_000);
        harness.Log!.Clear();
        harness.Send(group);
        harness.RunUntil(20_000_000);
        // 20 + 4 * 35 µs
        Assert.That(harness.Log, Is.EqualTo(new[] { "10160000 received a b 1 False", "10160000 received a d 1 False", "10160000 over a 1 False" }));
    }

    [Test]
    public void ASenderReceivesNothingMeanwhile()
    {
        // They do not sense each other, but both get through to b; a sends to b while b sends to a.
        var harness = new AirtimeHarness(1, AirtimeHarness.Snr("a", "b", 30));
        var there = harness.Saturate(Frame());
        harness.Run(TimeSpan.FromSeconds(1));
        Assert.That(there.Attempts, Is.EqualTo(there.Done));
        var back = harness.Saturate(new Flow("b", "a", "ofdm 54") { UsesDcf = true });
        harness.Run(TimeSpan.FromSeconds(1));
        Assert.That(there.Attempts, Is.GreaterThan(there.Done), "where both begin in the same slot, neither is received");
        Assert.That(back.Attempts, Is.GreaterThan(back.Done));
    }

    [Test]
    public void ALateCallerChangesNothing()
    {
        List<string>[] logs = [.. new[] { 1_000L, 37_000, 1_000_000_000 }.Select(stepNs =>
        {
            var harness = new AirtimeHarness(7, AirtimeHarness.Snr("*", "*", 22)) { Log = [] };
            for (int i = 0; i < 4; i++)
                harness.Saturate(new Flow($"sta{i}", "ap", "ofdm 54"));
            for (long ns = 0; ns < 100_000_000; ns += stepNs)
                harness.RunUntil(Math.Min(ns + stepNs, 100_000_000));
            return harness.Log!;
        })];
        Assert.That(logs[0], Has.Count.GreaterThan(200));
        Assert.That(logs[1], Is.EqualTo(logs[0]));
        Assert.That(logs[2], Is.EqualTo(logs[0]));
    }

    [Test]
    public void AFrameThatIsTakenLateArrivesWhenItCame()
    {
        var harness = new AirtimeHarness { Log = [] };
        var flow = Frame();
        harness.Send(flow);
        harness.RunUntil(10_000_000);
        harness.Log!.Clear();

        harness.Medium.Advance(9_000_000);
        harness.Send(flow);
        harness.RunUntil(9_100_000);
        harness.Medium.Advance(8_900_000);
        harness.Send(flow); // the first one began at 9 ms: this one came no earlier
        harness.RunUntil(20_000_000);
        Assert.That(harness.Log.Select(line => line[..line.IndexOf(' ')]).Take(2), Is.EqualTo(new[] { "9248000", "9292000" }));
        Assert.That(flow.Acked, Is.EqualTo(3));
    }

    [Test]
    public void OneSeedRepeatsItselfAndAnotherDoesNot()
    {
        List<string> Run(ulong seed)
        {
            var harness = new AirtimeHarness(seed, AirtimeHarness.Snr("*", "*", 21)) { Log = [] };
            for (int i = 0; i < 4; i++)
                harness.Saturate(new Flow($"sta{i}", "ap", "ofdm 54"));
            harness.Run(TimeSpan.FromMilliseconds(200));
            return harness.Log!;
        }

        var first = Run(1);
        Assert.That(Run(1), Is.EqualTo(first));
        Assert.That(Run(2), Is.Not.EqualTo(first));
    }

    [Test]
    public void AFullQueueRefuses()
    {
        var harness = new AirtimeHarness();
        var flow = Frame();
        for (int i = 0; i < ContentionModel.QueueLimit; i++)
            Assert.That(harness.Send(flow), Is.True);
        Assert.That(harness.Send(flow), Is.False);
        harness.Run(TimeSpan.FromSeconds(1));
        Assert.That(flow.Acked, Is.EqualTo(ContentionModel.QueueLimit));
        Assert.That(harness.Send(flow), Is.True);
    }

    [Test]
    public void ARadioMayGoAtAnyTime()
    {
        for (long atNs = 0; atNs < 1_500_000; atNs += 7_000)
        {
            var harness = new AirtimeHarness(3);
            Flow[] flows =
            [
                harness.Saturate(Frame()),
                harness.Saturate(new Flow("c", "b", "ofdm 54") { Rates = [Flow.RateOf("ofdm 54", flags: TxRateFlags.UseRtsCts)] }),
                harness.Saturate(new Flow("b", "a", "ofdm 54")),
            ];
            harness.RunUntil(atNs);
            harness.Leave("b");
            int gone = flows[2].Done;
            int received = flows[0].Received;
            harness.Run(TimeSpan.FromMilliseconds(100));
            Assert.That(flows[2].Done, Is.EqualTo(gone));
            Assert.That(flows[0].Received, Is.EqualTo(received));
            Assert.That(flows[0].Done + flows[1].Done, Is.GreaterThan(4), "the others go on");
        }
    }

    [Test]
    public void MonitorsReceiveAndDoNotAcknowledge()
    {
        var harness = new AirtimeHarness(1, AirtimeHarness.Loss("a", "b", 1));
        _ = harness["m"];
        var flow = new Flow("a", "b", "ofdm 54") { Monitor = "m" };
        harness.Send(flow);
        harness.Run(TimeSpan.FromMilliseconds(100));
        Assert.That((flow.Received, flow.Acked), Is.EqualTo((7, 0)));
    }

    [Test]
    public void AnRtsThatNobodyAnswersDoesNotHoldTheOthersUp()
    {
        // c receives a's RTS, which announces a frame of 12 ms at 1 Mbit/s, and waits no longer than for the CTS that does not come.
        var harness = new AirtimeHarness(1, AirtimeHarness.Snr("a", "b", -30));
        Flow other = new("c", "d", "dsss 1", 2412) { UsesDcf = true, MpduOctets = 100 };
        harness.Send(other);
        harness.Run(TimeSpan.FromMilliseconds(50));
        harness.Send(new Flow("a", "b", "dsss 1", 2412) { UsesDcf = true, Rates = [Flow.RateOf("dsss 1", 1, TxRateFlags.UseRtsCts)] });
        long rtsNs = harness.Medium.NextEventNs;
        harness.RunUntil(rtsNs + 100_000);
        harness.Send(other);
        harness.Run(TimeSpan.FromMilliseconds(50));
        double lateMs = (other.LastDoneNs - rtsNs) / 1e6;
        TestContext.Out.WriteLine($"done {lateMs:f2} ms after the RTS began");
        Assert.That(other.Acked, Is.EqualTo(2));
        Assert.That(lateMs, Is.LessThan(5));
    }

    [Test]
    public void AnythingGoesAndAllOfItEnds([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        string[] names = [.. Enumerable.Range(0, 8).Select(i => $"r{i}")];
        string[] rates = ["dsss 1", "cck 11 short", "ofdm 6", "ofdm 54", "ht 7", "ht 15 40 sgi", "vht 9 nss 2 80", "vht 4 160"];
        int[] channels = [2412, 2422, 2437, 2462, 5180, 5200, 5260, 5955, 1234];
        LinkConfiguration[] links = [.. names.SelectMany(from => names.Where(to => to != from).Select(to => random.Next(4) == 0
            ? AirtimeHarness.Loss(from, to, random.NextDouble(), oneWay: true)
            : AirtimeHarness.Snr(from, to, random.Next(-20, 60), oneWay: true)))];
        var harness = new AirtimeHarness((ulong)seed, links);
        var flows = new List<Flow>();
        for (int i = 0; i < 600; i++)
        {
            string from = names[random.Next(names.Length)];
            int freqMhz = channels[random.Next(seed % 3 == 0 ? 2 : channels.Length)];
            string? to = random.Next(5) == 0 ? null : names.Where(name => name != from).ElementAt(random.Next(names.Length - 1));
            var flow = new Flow(from, to, "ofdm 6", freqMhz)
            {
                MpduOctets = random.Next(14, 2350),
                Category = (AccessCategory)random.Next(Contender.QueueCount),
                UsesDcf = random.Next(3) == 0,
                Monitor = random.Next(3) == 0 ? names[random.Next(names.Length)] : null,
                Rates = [.. Enumerable.Range(0, random.Next(1, 5))
                    .Select(_ => Flow.RateOf(rates[random.Next(rates.Length)], random.Next(1, 5), (TxRateFlags)random.Next(4)))],
            };
            flows.Add(flow);
            for (int n = random.Next(1, 6); n > 0; n--)
                harness.Send(flow);
            if (random.Next(60) == 0)
            {
                string gone = names[random.Next(names.Length)];
                _ = harness[gone];
                harness.Leave(gone);
                flows.RemoveAll(gonesToo => gonesToo.From == gone);
            }
            if (random.Next(3) != 0)
                harness.RunUntil(harness.NowNs + random.Next(5_000_000));
        }
        harness.Run(TimeSpan.FromSeconds(60));
        Assert.That(harness.Medium.NextEventNs, Is.EqualTo(long.MaxValue));
        Assert.That(flows.Select(flow => flow.Done), Is.EqualTo(flows.Select(flow => flow.Sent)));
        Assert.That(flows.Sum(flow => flow.Delivered), Is.GreaterThan(100));
    }

    [Test]
    public void AStationServesOneChannelAfterTheOther()
    {
        var harness = new AirtimeHarness();
        Flow low = new("a", "b", "ofdm 6") { UsesDcf = true };
        Flow high = new("a", "c", "ofdm 6", 5240) { UsesDcf = true };
        harness.Send(low);
        harness.Send(high);
        harness.Send(low);
        harness.Run(TimeSpan.FromMilliseconds(20));
        Assert.That((low.Acked, high.Acked), Is.EqualTo((2, 1)));
    }

    [Test]
    public void EventsComeByTimeThenKindThenOwner()
    {
        var heap = new EventHeap();
        var random = new Random(5);
        var expected = new Dictionary<(MediumEvent, int), long>();
        for (int i = 0; i < 2000; i++)
        {
            var id = ((MediumEvent)random.Next(4), random.Next(100));
            if (random.Next(4) == 0)
            {
                heap.Clear(id.Item1, id.Item2);
                expected.Remove(id);
            }
            else
            {
                expected[id] = random.Next(50);
                heap.Set(id.Item1, id.Item2, expected[id]);
            }
        }
        foreach ((var id, long ns) in expected.OrderBy(e => e.Value).ThenBy(e => e.Key.Item1).ThenBy(e => e.Key.Item2))
        {
            Assert.That(heap.NextNs, Is.EqualTo(ns));
            Assert.That(heap.Take(), Is.EqualTo(id));
        }
        Assert.That(heap.NextNs, Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void NothingIsAllocatedOnceTheMediumIsWarm()
    {
        var harness = new AirtimeHarness(1, AirtimeHarness.Snr("*", "*", 22));
        for (int i = 0; i < 8; i++)
            harness.Saturate(
                new Flow($"sta{i}", "ap", "ofdm 54") { Rates = [Flow.RateOf("ofdm 54", 2, TxRateFlags.UseRtsCts), Flow.RateOf("ofdm 24", 2)] });
        Assert.That(Allocations.OfWarm(() => harness.Run(TimeSpan.FromSeconds(5))), Is.Zero);
    }
}
