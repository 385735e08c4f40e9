using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Unit.Hwsim.TxPathTests;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class OpenFramesTests
{
    [Test]
    public void WhatAHostThatHangsHasNotReportedIsNotAcknowledged()
    {
        using var harness = new InjectorHarness().WithRadio();
        Send(harness, 1, 2, 3);
        harness.Host.Tx.CountReady();
        harness.Host.Tx.Take(1);
        harness.Host.Tx.Release(1); // and no status, though the slot is free
        Assert.That(harness.Open.IsAny, Is.True);
        harness.Open.GiveUp();
        Assert.That(Statuses(harness), Is.EqualTo(NotAcknowledged(1, 2, 3)));
        Assert.That(harness.Open.IsAny, Is.False);
        harness.Open.GiveUp();
        Assert.That(Statuses(harness), Is.Empty, "once");
    }

    [Test]
    public void AnotherEngineKnowsNothingOfWhatWasTakenBefore()
    {
        using var harness = new InjectorHarness().WithRadio();
        uint first = harness.Port.Tx.Tail;
        Send(harness, 1, 2, 3, 4);
        harness.TakeAll();
        harness.HostPosts(Status(1));
        harness.HostPosts(EngineChanged(first + 2));
        harness.Rx.Drain();
        Assert.That(Statuses(harness), Is.EqualTo(NotAcknowledged(1, 2).Prepend((1ul, TxFlags.RequestStatus | TxFlags.Acked))),
            "hwsim refuses the second status of the first");
        Assert.That(harness.Open.IsAny, Is.True, "the new engine has 3 and 4");

        harness.HostPosts(Status(3));
        harness.HostPosts(Status(4));
        harness.Rx.Drain();
        Assert.That(harness.Open.IsAny, Is.False);
        Assert.That(harness.Port.ReadCounter(GuestCounter.RxInvalid), Is.Zero);
    }

    [Test]
    public void FramesThatExpectNoAcknowledgementHadTheirStatus()
    {
        using var harness = new InjectorHarness().WithRadio();
        harness.KernelSends(RecordedMessages.Frame); // broadcast
        harness.KernelSends(Unicast(TxFlags.NoAck, cookie: 2));
        Send(harness, 3);
        harness.TakeAll();
        Assert.That(Statuses(harness), Has.Count.EqualTo(2));
        harness.HostPosts(EngineChanged(harness.Port.Tx.Tail));
        harness.Rx.Drain();
        Assert.That(Statuses(harness), Is.EqualTo(NotAcknowledged(3)));
    }

    [Test]
    public void WhatHasBeenOverwrittenIsNotReportedAsWhatIsThereNow()
    {
        using var harness = new InjectorHarness().WithRadio();
        for (ulong cookie = 1; cookie <= 3 * InjectorHarness.TxLength; cookie++)
        {
            Send(harness, cookie);
            harness.TakeAll();
        }
        uint newest = harness.Port.Tx.Tail - InjectorHarness.TxLength + 1; // the oldest that is there still, and no more
        harness.HostPosts(EngineChanged(newest));
        harness.Rx.Drain();
        Assert.That(Statuses(harness), Is.EqualTo(NotAcknowledged((2 * InjectorHarness.TxLength) + 1)));
    }

    [Test]
    public void SlotsThatAreBeingFilledAreNotThoseBefore()
    {
        using var harness = new InjectorHarness().WithRadio();
        uint first = harness.Port.Tx.Tail;
        Send(harness, [.. Enumerable.Range(1, (int)InjectorHarness.TxLength).Select(cookie => (ulong)cookie)]);
        harness.TakeAll();
        harness.KernelSends(Unicast(TxFlags.RequestStatus, cookie: 100));
        harness.Tx.Pump(isHostThere: true); // not published, in the place of the first
        harness.HostPosts(EngineChanged(first + 2));
        harness.Rx.Drain();
        Assert.That(Statuses(harness), Is.EqualTo(NotAcknowledged(2)));
    }

    [Test]
    public void AServiceKnowsNothingOfTheOneBefore()
    {
        using var harness = new InjectorHarness().WithRadio();
        Send(harness, 1, 2);
        harness.TakeAll();
        var next = new ShmWifi.Hwsim.Datapath.OpenFrames(harness.Port, harness.Slots, harness.Radios, harness.Batch, new(),
            new(harness.Port, harness.Radios, harness.Batch));
        next.GiveUp();
        Assert.That(Statuses(harness), Is.Empty, "its radios count their cookies anew");
    }

    [TestCase(1, 0)]
    [TestCase(0, -1)]
    [TestCase(1000, 0)]
    public void AnIndexThatNoSlotHasIsInvalid(int afterTail, int beforeHead)
    {
        using var harness = new InjectorHarness().WithRadio();
        Send(harness, 1);
        harness.TakeAll();
        Send(harness, 2);
        uint index = beforeHead == 0 ? harness.Port.Tx.Tail + (uint)afterTail : harness.Port.Tx.Tail - 1 - InjectorHarness.TxLength;
        harness.HostPosts(EngineChanged(index));
        harness.Rx.Drain();
        Assert.That(Statuses(harness), Is.Empty);
        Assert.That(harness.Port.ReadCounter(GuestCounter.RxInvalid), Is.EqualTo(1));
    }

    [Test]
    public void RadiosThatAreGoneAreNotWaitedFor()
    {
        using var harness = new InjectorHarness().WithRadio();
        Send(harness, 1);
        harness.Radios.Apply([]);
        Assert.That(harness.Open.IsAny, Is.True);
        harness.Open.ForgetGone();
        Assert.That(harness.Open.IsAny, Is.False);
    }

    private static void Send(InjectorHarness harness, params ulong[] cookies)
    {
        foreach (ulong cookie in cookies)
            harness.KernelSends(Unicast(TxFlags.RequestStatus, cookie));
        while (harness.Tx.Pump(isHostThere: true))
            harness.Slots.Publish();
    }

    private static List<(ulong Cookie, TxFlags Flags)> Statuses(InjectorHarness harness)
    {
        harness.Rx.Drain();
        return [.. harness.KernelReceives().Select(status => (Cookie(status.Attributes), Flags(status.Attributes)))];
    }

    private static (ulong, TxFlags)[] NotAcknowledged(params ulong[] cookies) => [.. cookies.Select(cookie => (cookie, TxFlags.RequestStatus))];

    private static RxDescriptor Status(ulong cookie) =>
        new() { Kind = RingKind.TxStatus, Cookie = cookie, Flags = TxFlags.RequestStatus | TxFlags.Acked, Rates = 0x00ff_00ff_00ff_0100 };

    private static RxDescriptor EngineChanged(uint index) => new() { Kind = RingKind.EngineChanged, Cookie = index };
}
