using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Linux;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>What becomes of frames does not depend on how many engines have relayed them.</summary>
public sealed class LiveMediumTests
{
    private const int Frames = 60;
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
