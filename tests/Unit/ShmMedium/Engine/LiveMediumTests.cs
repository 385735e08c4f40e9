using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>What becomes of frames does not depend on how many engines have relayed them.</summary>
public sealed class LiveMediumTests
{
    private const int Frames = 60;
    private const int Aggregated = 16; // frames that may share a PPDU
    private const byte Tid = 3;
    private const long SettleNs = 3_000_000; // more than a frame's airtime and contention

    [TestCase(Timing.Instant)]
    [TestCase(Timing.Airtime)]
    public void FatesGoOnWithTheNextEngine(Timing timing)
    {
        var medium = new MediumConfiguration
        {
            Timing = timing,
            Seed = 4711,
            Links = [new LinkConfiguration(default, default) { Loss = 0.5 }],
            Faults = [new FaultConfiguration("some", new FrameMatch { To = RadioPattern.Of("vm1") }, new DropFault()) { Probability = 0.2 }],
        };
        int[] one = Play(medium, changes: []);
        Assert.That(Play(medium, changes: [10, 11, 37]), Is.EqualTo(one));
        Assert.That(one.Distinct().Count(), Is.GreaterThan(2), "some are received, some are not");
        Assert.That(Play(medium with { Seed = 4712 }, changes: []), Is.Not.EqualTo(one));
    }

    [Test]
    public void AFaultHasAsManyHitsLeftAsBefore()
    {
        var medium = new MediumConfiguration
        {
            Faults = [new FaultConfiguration("ten", new FrameMatch { To = RadioPattern.Of("vm1") }, new DropFault()) { Count = 10 }],
        };
        using var harness = new EngineHarness(ports: 2, medium);
        for (int i = 0; i < 3; i++)
            _ = Send(harness);
        harness.ChangeEngine();
        Settle(harness);
        Assert.That(harness.Engine.Faults.Single().Hits, Is.EqualTo(3));
        int[] received = [.. Enumerable.Range(0, 10).Select(_ => Send(harness))];
        Assert.That(received, Is.EqualTo(new[] { 0, 0, 0, 0, 0, 0, 0, 1, 1, 1 }));
    }

    [Test]
    public void WhoAggregatedGoesOnAggregating()
    {
        using var harness = new EngineHarness(ports: 2, new MediumConfiguration { Timing = Timing.Airtime });
        Assert.That(Ppdus(harness), Is.EqualTo(Aggregated));
        Agree(harness);
        Assert.That(Ppdus(harness), Is.LessThanOrEqualTo(2));
        for (int i = 0; i < 3; i++)
        {
            harness.ChangeEngine();
            Assert.That(Ppdus(harness), Is.LessThanOrEqualTo(2), $"change {i}");
        }
        Assert.That(Ppdus(harness, tid: 0), Is.EqualTo(Aggregated), "of another TID");
        SendAcknowledged(harness, from: 1, Action(EngineHarness.AddressOf(0), EngineHarness.AddressOf(1), 3, 2, 0x00, Tid << 4, 37, 0)); // DELBA
        harness.ChangeEngine();
        Assert.That(Ppdus(harness), Is.EqualTo(Aggregated), "an agreement that has ended stays ended");
    }

    /// <summary>A request that the engine before saw is answered under the next; so does what the recipient told as it associated hold: 8191
    /// octets, which are 12 frames.</summary>
    [Test]
    public void WhatStationsToldIsKnownToTheNextEngine()
    {
        using var harness = new EngineHarness(ports: 2, new MediumConfiguration { Timing = Timing.Airtime });
        byte[] association = Action(EngineHarness.AddressOf(0), EngineHarness.AddressOf(1), [0x31, 0x04, 5, 0, 45, 26, 0, 0, 0, .. new byte[23]]);
        association[0] = 0x00; // Association Request
        SendAcknowledged(harness, from: 1, association);
        harness.ChangeEngine();
        SendAcknowledged(harness, from: 0, AddbaRequest(EngineHarness.AddressOf(1), EngineHarness.AddressOf(0), Tid));
        harness.ChangeEngine();
        SendAcknowledged(harness, from: 1, AddbaResponse(EngineHarness.AddressOf(0), EngineHarness.AddressOf(1), Tid));
        Assert.That(Ppdus(harness), Is.InRange(2, 3));
        harness.ChangeEngine();
        Assert.That(Ppdus(harness), Is.InRange(2, 3));
    }

    [Test]
    public void AgreementsOfARadioThatWentAreNobodysAnyMore()
    {
        using var harness = new EngineHarness(ports: 2, new MediumConfiguration { Timing = Timing.Airtime });
        Agree(harness);
        harness.Guests[0].RemoveRadio(0);
        harness.Guests[0].AddRadio(0, EngineHarness.AddressOf(0));
        harness.Guests[0].Tune(0, 2412);
        harness.Relay();
        harness.ChangeEngine();
        Assert.That(Ppdus(harness), Is.EqualTo(Aggregated));
    }

    /// <summary>A frame that comes while a jammer's burst lasts waits for its end. Whenever the engine changes, the bursts end when they would have.
    /// </summary>
    [Test]
    public void AJammerGoesOnInItsPeriod()
    {
        const long PeriodNs = 120_000_000, BurstNs = PeriodNs / 2, Slack = 3_000_000;
        var medium = new MediumConfiguration
        {
            Timing = Timing.Airtime,
            Links = [new LinkConfiguration(default, default) { SnrDb = 40 }],
            Jammers = [new JammerConfiguration("jam", 2412) { Period = TimeSpan.FromMilliseconds(120), DutyCycle = 0.5 }],
        };
        using var harness = new EngineHarness(ports: 2, medium);
        byte[] frame = Data(EngineHarness.AddressOf(1), EngineHarness.AddressOf(0));
        long burstEndNs = SendAcknowledged(harness, from: 0, frame); // it begins with a burst
        for (int i = 0; i < 12; i++)
        {
            Thread.Sleep(17 + i);
            harness.ChangeEngine();
            long phaseNs = (SendAcknowledged(harness, from: 0, frame) - burstEndNs + Slack) % PeriodNs;
            Assert.That(phaseNs, Is.LessThan(BurstNs + (2 * Slack)), $"change {i}: it was sent between bursts");
        }
    }

    private static void Agree(EngineHarness harness)
    {
        SendAcknowledged(harness, from: 0, AddbaRequest(EngineHarness.AddressOf(1), EngineHarness.AddressOf(0), Tid));
        SendAcknowledged(harness, from: 1, AddbaResponse(EngineHarness.AddressOf(0), EngineHarness.AddressOf(1), Tid));
    }

    /// <summary>Sends a frame.</summary>
    /// <returns>When it was over, ns of CLOCK_MONOTONIC.</returns>
    private static long SendAcknowledged(EngineHarness harness, int from, byte[] frame)
    {
        harness.Guests[from].SendFrame(0, frame);
        return (long)Statuses(harness, from, count: 1).Single().TakenNs;
    }

    /// <summary>The PPDUs in which frames are sent that come together.</summary>
    private static int Ppdus(EngineHarness harness, byte tid = Tid)
    {
        var frames = Enumerable.Range(0, Aggregated).Select(sequence =>
            QosData(EngineHarness.AddressOf(1), EngineHarness.AddressOf(0), tid, sequence, bodyLength: 600));
        harness.Guests[0].SendFrames(0, frames, PhyRate.Ht(7), freqMhz: 2412);
        return Statuses(harness, 0, Aggregated).Select(status => status.TakenNs).Distinct().Count();
    }

    private static List<RxDescriptor> Statuses(EngineHarness harness, int from, int count)
    {
        List<RxDescriptor> statuses = [];
        Deadline.Until(
            () =>
            {
                _ = harness.Engine.RunRound();
                _ = harness.Guests[1 - from].Discard();
                while (harness.Guests[from].TryReceive(out var received))
                {
                    if (received.Descriptor.Kind == RingKind.TxStatus)
                        statuses.Add(received.Descriptor);
                }
                return statuses.Count == count;
            },
            "the statuses of frames");
        Assert.That(statuses.Select(s => s.Flags & TxFlags.Acked), Has.All.EqualTo(TxFlags.Acked));
        return statuses;
    }

    /// <summary>By frame, which of the receivers had it.</summary>
    private static int[] Play(MediumConfiguration medium, IReadOnlyList<int> changes)
    {
        using var harness = new EngineHarness(ports: 3, medium);
        int[] received = new int[Frames];
        for (int i = 0; i < Frames; i++)
        {
            if (changes.Contains(i))
            {
                harness.ChangeEngine();
                Settle(harness);
            }
            received[i] = Send(harness);
        }
        return received;
    }

    private static int Send(EngineHarness harness)
    {
        harness.Send(MacAddress.Broadcast, 1);
        return Settle(harness);
    }

    private static int Settle(EngineHarness harness)
    {
        harness.Relay();
        long untilNs = MonotonicClock.NowNs + SettleNs;
        for (bool isBusy = true, isOver = false; isBusy || !isOver;)
        {
            isOver = MonotonicClock.NowNs >= untilNs; // before the round, which then has all that is due by then
            isBusy = harness.Engine.RunRound();
        }
        int received = 0;
        for (int port = 0; port < harness.Guests.Count; port++)
            received |= (int)harness.Guests[port].Discard() << port;
        _ = harness.Engine.RunRound();
        return received >> 1;
    }
}
