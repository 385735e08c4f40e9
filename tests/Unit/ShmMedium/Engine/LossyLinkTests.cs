using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Delivery;
using ShmWifi.ShmMedium.Medium.Phy;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>Frames over links that lose: who receives them, what their senders are told.</summary>
[TestFixture(Isolation.Shared)]
[TestFixture(Isolation.PerVm)]
public class LossyLinkTests(Isolation isolation)
{
    private static readonly RadioPattern s_a = RadioPattern.Of("vm1");
    private static readonly RadioPattern s_b = RadioPattern.Of("vm2");

    private TestDaemon _daemon = null!;
    private SimulatedGuest[] _vms = [];

    private SimulatedGuest A => _vms[0];

    private SimulatedGuest B => _vms[1];

    [SetUp]
    public void SetUp()
    {
        _daemon = new TestDaemon(isolation);
        _vms = [_daemon.Attach(Address(1)), _daemon.Attach(Address(2))];
    }

    [TearDown]
    public void TearDown() => _daemon.Dispose();

    [Test]
    public void AGivenLossLosesThatPartOfTheFramesAndAnotherDirectionNone()
    {
        Change(new SetLink(new(s_a, s_b) { Loss = 0.3, OneWay = true }));

        const int Frames = 10_000;
        Assert.That(Broadcast(A, B, Frames), Is.EqualTo(0.7 * Frames).Within(2.576 * Math.Sqrt(Frames * 0.3 * 0.7)), "99 % interval");
        Assert.That(Broadcast(B, A, 500), Is.EqualTo(500));
    }

    [Test]
    public void ASnrLosesWhatTheCurveOfTheRateSays()
    {
        const float SnrDb = 4;
        Change(new SetLink(new(s_a, s_b) { SnrDb = SnrDb }));
        double per = ErrorModel.BuiltIn.Per(PhyRate.Legacy(60), SnrDb, HeaderLength + 4 + 1000); // SimulatedGuest sends at index 4, 6 Mbit/s
        while (per is < 0.05 or > 0.95)
            Assert.Fail($"choose another SNR: at {SnrDb} dB, PER is {per}");

        const int Frames = 4000;
        Assert.That(Broadcast(A, B, Frames, bodyLength: 1000), Is.EqualTo((1 - per) * Frames).Within(2.576 * Math.Sqrt(Frames * per * (1 - per))));
    }

    [Test]
    public void TheSignalIsTheModels()
    {
        Change(new SetLink(new(s_a, s_b) { SnrDb = 40 }));

        A.SendFrame(0, Data(Address(2), Address(1)));

        Assert.That(A.Drain()[0].Descriptor.SignalDbm, Is.EqualTo(RadioConfiguration.DefaultNoiseFloorDbm + 40), "of the acknowledgement");
        Assert.That(B.Drain()[0].Descriptor.SignalDbm, Is.EqualTo(RadioConfiguration.DefaultNoiseFloorDbm + 40));
    }

    [Test]
    public void WhoIsOutOfRangeNeverAcknowledgesAndTheWholeChainWasTried()
    {
        Change(new SetLink(new(s_a, s_b) { SnrDb = -20 }));

        A.SendFrame(0, Data(Address(2), Address(1)));
        var status = A.Drain().Single().Descriptor;

        Assert.That(B.Drain(), Is.Empty);
        Assert.That(status.Flags, Is.EqualTo(TxFlags.RequestStatus));
        Assert.That(status.Rates & 0xffff_ffff, Is.EqualTo(0x00ff_0304), "index 4, three attempts; then the end");
    }

    [Test]
    public void AttemptsAreWalkedOneByOneUntilOneIsAcknowledged()
    {
        Change(new SetLink(new(s_a, s_b) { Loss = 0.5, OneWay = true }));
        const int Frames = 2000;
        int[] attempts = new int[4]; // of acknowledged frames; [0]: of none
        int retries = 0;
        for (int i = 0; i < Frames; i++)
        {
            A.SendFrame(0, Data(Address(2), Address(1)));
            var status = A.Drain().Single().Descriptor;
            bool isAcked = (status.Flags & TxFlags.Acked) != TxFlags.None;
            int count = (int)(status.Rates >> 8) & 0xff;
            attempts[isAcked ? count : 0]++;
            var delivered = B.Drain();
            Assert.That(delivered, Has.Count.EqualTo(isAcked ? 1 : 0), "the other direction loses no acknowledgement");
            if (isAcked)
                Assert.That((delivered[0].Payload[1] & FrameControl.RetryFlag) != 0, Is.EqualTo(count > 1),
                    "the Retry bit from the second attempt on");
            retries += count - 1;
        }
        for (int count = 1; count <= 3; count++)
            AssertBinomial(attempts[count], Frames, Math.Pow(0.5, count), $"acknowledged at attempt {count}");
        AssertBinomial(attempts[0], Frames, 0.125, "never");
        Assert.That(retries, Is.Positive);
    }

    [Test]
    public void ALostAcknowledgementMakesARetryThatTheReceiverReceivesAsADuplicate()
    {
        Change(new SetLink(new(s_b, s_a) { Loss = 1, OneWay = true }));

        A.SendFrame(0, Data(Address(2), Address(1), 7, 8, 9));
        var status = A.Drain().Single().Descriptor;

        Assert.That((status.Flags, status.Rates & 0xffff), Is.EqualTo((TxFlags.RequestStatus, 0x0304ul)));
        byte[][] delivered = [.. B.Drain().Select(received => received.Payload)];
        Assert.That(delivered.Select(frame => frame[1] & FrameControl.RetryFlag),
            Is.EqualTo(new[] { 0, FrameControl.RetryFlag, FrameControl.RetryFlag }));
        Assert.That(delivered.Select(frame => frame[^1]), Is.All.EqualTo(9));
    }

    [Test]
    public void WhatComesOfFramesOneWayDoesNotDependOnThoseOfTheOther()
    {
        Change(new SetLink(new(s_a, s_b) { Loss = 0.3 }));
        string[] alone = FatesOfThoseFromA(isAnswered: false);
        _daemon.Dispose();
        SetUp();
        Change(new SetLink(new(s_a, s_b) { Loss = 0.3 }));

        Assert.That(FatesOfThoseFromA(isAnswered: true), Is.EqualTo(alone));

        string[] FatesOfThoseFromA(bool isAnswered) => [.. Enumerable.Range(0, 200).Select(_ =>
        {
            A.SendFrame(0, Data(Address(2), Address(1)));
            var status = A.Drain().Single(received => received.Descriptor.Kind == RingKind.TxStatus).Descriptor;
            int deliveries = B.Drain().Count(received => received.Descriptor.Kind == RingKind.Frame);
            if (isAnswered)
                B.SendFrame(0, Data(Address(1), Address(2)));
            B.Drain();
            return $"{status.Flags} {status.Rates:x} {deliveries}";
        })];
    }

    [TestCase(Timing.Instant)]
    [TestCase(Timing.Airtime)]
    public void ATapIsShownTheAttemptThatWasReceivedAndNoSignalWhereNoneWas(Timing timing)
    {
        using var tap = new FrameTap();
        _daemon.Daemon.Engine.AddTap(tap);
        Change(new SetTiming(timing));
        Change(new SetLink(new(s_a, s_b) { SnrDb = 40, OneWay = true }));
        Change(new SetLink(new(s_b, s_a) { Loss = 1, OneWay = true })); // no ACK comes back
        var frame = Sent(Data(Address(2), Address(1), 9), out bool hasRetryBit);
        Assert.That((frame.Attempt, frame.Attempts, frame.IsAcked, hasRetryBit), Is.EqualTo((3, 3, false, true)));
        Assert.That(frame.SignalDbm, Is.EqualTo(RadioConfiguration.DefaultNoiseFloorDbm + 40));

        Change(new SetLink(new(s_a, s_b) { Loss = 1, OneWay = true }));
        frame = Sent(Data(Address(2), Address(1), 9), out hasRetryBit);
        Assert.That((frame.Attempt, frame.Attempts, frame.IsAcked, hasRetryBit), Is.EqualTo((3, 3, false, true)));
        Assert.That(frame.SignalDbm, Is.Null);
        Assert.That(Sent(Data(MacAddress.Broadcast, Address(1), 9), out _).SignalDbm, Is.Null);

        Change(new RemoveLink(s_a, s_b));
        Change(new RemoveLink(s_b, s_a));
        Assert.That(Sent(Data(Address(9), Address(1), 9), out _).SignalDbm, Is.Null, "nobody owns the address");
        frame = Sent(Data(Address(2), Address(1), 9), out hasRetryBit);
        Assert.That((frame.Attempt, frame.Attempts, frame.IsAcked, hasRetryBit, frame.SignalDbm), Is.EqualTo((1, 1, true, false, (sbyte?)-30)));

        TappedFrame Sent(byte[] data, out bool hasRetryBit)
        {
            A.SendFrame(0, data);
            byte[] copy = new byte[data.Length];
            TappedFrame tapped = default;
            Deadline.Until(() => tap.TryTake(copy, out tapped), "the frame");
            hasRetryBit = (copy[1] & FrameControl.RetryFlag) != 0;
            return tapped;
        }
    }

    [Test]
    public void LossesAllocateNothing()
    {
        Change(new SetLink(new(s_a, s_b) { Loss = 0.4 }));
        Send(1000); // what the runtime allocates at first calls
        long before = _daemon.Daemon.Engine.Counters.AllocatedBytes;
        Send(1000);
        Assert.That(_daemon.Daemon.Engine.Counters.AllocatedBytes - before, Is.Zero);

        void Send(int frames)
        {
            Broadcast(A, B, frames);
            for (int i = 0; i < frames; i++)
            {
                A.SendFrame(0, Data(Address(2), Address(1)));
                A.Drain();
                B.Drain();
            }
        }
    }

    [Test]
    public void TheScheduleChangesTheMediumWhenItsTimeHasCome()
    {
        Change(new SetSchedule([
            new(TimeSpan.FromMilliseconds(30), new SetLink(new(s_a, s_b) { Loss = 1 })),
            new(TimeSpan.FromMilliseconds(60), new RemoveLink(s_a, s_b)),
        ]));
        Assert.That(Broadcast(A, B, 1), Is.EqualTo(1), "not yet; or the machine stood still for 30 ms");
        Deadline.Until(() => Broadcast(A, B, 1) == 0, "the loss");
        Deadline.Until(() => Broadcast(A, B, 1) == 1, "its end");
        Assert.That(_daemon.Daemon.Engine.CurrentMedium.Links, Is.Empty);
    }

    private static void AssertBinomial(int hits, int trials, double probability, string what) =>
        Assert.That(hits, Is.EqualTo(trials * probability).Within(3.3 * Math.Sqrt(trials * probability * (1 - probability))), what); // 99.9 %

    private void Change(MediumChange change) => _daemon.Daemon.Engine.ApplyAsync(change).Wait(Deadline.Limit);

    /// <summary>Sends group frames and counts those that arrive.</summary>
    private static int Broadcast(SimulatedGuest from, SimulatedGuest to, int frames, int bodyLength = 20)
    {
        int delivered = 0;
        byte[] frame = Data(MacAddress.Broadcast, Address((int)from.PeerId), new byte[bodyLength]); // the first VM is peer 1
        for (int i = 0; i < frames; i++)
        {
            from.SendFrame(0, frame);
            if (i % 16 != 15 && i != frames - 1)
                continue;
            from.Drain();
            delivered += to.Drain().Count;
        }
        return delivered;
    }
}
