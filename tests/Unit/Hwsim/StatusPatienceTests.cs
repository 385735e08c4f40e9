using ShmWifi.Hwsim.Port;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class StatusPatienceTests
{
    private const long Ms = 1_000_000;
    private const long Start = 1000 * Ms;

    [Test]
    public void AHostThatSaysNothingIsAskedAndThenItIsOver()
    {
        using var harness = new InjectorHarness();
        var patience = Patience(harness, 500);
        Assert.That(patience.IntervalNs, Is.EqualTo(250 * Ms));
        patience.Look(Start, isAnyWaiting: false);
        Assert.That(patience.Look(Start + (249 * Ms), isAnyWaiting: true), Is.False, "not asked yet");
        Assert.That(patience.Look(Start + (250 * Ms), isAnyWaiting: true), Is.True, "asked");
        Assert.That(patience.Look(Start + (499 * Ms), isAnyWaiting: true), Is.False, "asked once");
        Assert.That(patience.IsOver, Is.False);
        patience.Look(Start + (500 * Ms), isAnyWaiting: true);
        Assert.That(patience.IsOver, Is.True);
        patience.Look(Start + (501 * Ms), isAnyWaiting: false);
        Assert.That(patience.IsOver, Is.True, "as long as nothing comes");
        Receive(harness);
        patience.Look(Start + (502 * Ms), isAnyWaiting: true);
        Assert.That(patience.IsOver, Is.False);
    }

    [Test]
    public void NoFrameWaitsLongerThanPatienceAndInterval()
    {
        foreach (long sent in Enumerable.Range(0, 250))
        {
            using var harness = new InjectorHarness();
            var patience = Patience(harness, 500);
            long now = Start;
            for (; !patience.IsOver; now += patience.IntervalNs)
                patience.Look(now, isAnyWaiting: now >= Start + (sent * Ms));
            Assert.That(now - patience.IntervalNs - (Start + (sent * Ms)), Is.InRange(250 * Ms, 750 * Ms));
        }
    }

    [Test]
    public void AMediumThatIsBusyForLongIsNoReason()
    {
        using var harness = new InjectorHarness();
        var patience = Patience(harness, 500);
        for (long now = Start; now < Start + (20_000 * Ms); now += patience.IntervalNs)
        {
            if (patience.Look(now, isAnyWaiting: true))
                Receive(harness); // of the host's clock
            Assert.That(patience.IsOver, Is.False);
        }
    }

    [Test]
    public void AnIdleHostIsNotAsked()
    {
        using var harness = new InjectorHarness();
        var patience = Patience(harness, 500);
        for (long now = Start; now < Start + (20_000 * Ms); now += patience.IntervalNs)
            Assert.That((patience.Look(now, isAnyWaiting: false), patience.IsOver), Is.EqualTo((false, false)));
    }

    [Test]
    public void AVmThatStoodStillAsksBeforeItGivesUp()
    {
        using var harness = new InjectorHarness();
        var patience = Patience(harness, 500);
        patience.Look(Start, isAnyWaiting: false);
        long later = Start + (60_000 * Ms);
        Assert.That((patience.Look(later, isAnyWaiting: true), patience.IsOver), Is.EqualTo((true, false)));

        harness.HostPosts(new RxDescriptor { Kind = RingKind.ClockSync });
        patience.Look(later + (60_000 * Ms), isAnyWaiting: true);
        Assert.That(patience.IsOver, Is.False, "the answer lies in the ring");
    }

    [Test]
    public void ALoadedMachineIsNotToldFromASilentHostInNoTime()
    {
        using var harness = new InjectorHarness();
        Assert.That(Patience(harness, 0).IntervalNs, Is.EqualTo(StatusPatience.MinNs / 2));
    }

    private static StatusPatience Patience(InjectorHarness harness, long milliseconds) => new(harness.Port, milliseconds * Ms);

    private static void Receive(InjectorHarness harness)
    {
        harness.HostPosts(new RxDescriptor { Kind = RingKind.ClockSync });
        harness.Rx.Drain();
    }
}
