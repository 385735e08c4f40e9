using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary><c>timing: airtime</c> through real rings. What contention does is tested in
/// virtual time (Contention); here only lower bounds of time are.</summary>
public class AirtimeTests
{
    private TestDaemon _daemon = null!;
    private SimulatedGuest[] _vms = [];

    private SimulatedGuest A => _vms[0];

    private SimulatedGuest B => _vms[1];

    [SetUp]
    public void SetUp()
    {
        _daemon = new TestDaemon(Isolation.Shared);
        _vms = [_daemon.Attach(Address(1)), _daemon.Attach(Address(2)), _daemon.Attach(Address(3))];
        Change(new SetTiming(Timing.Airtime));
    }

    [TearDown]
    public void TearDown() => _daemon.Dispose();

    [Test]
    public void AFrameComesAndIsAcknowledgedAfterItsAirtime()
    {
        byte[] frame = Data(Address(2), Address(1), new byte[1000]);
        A.SendFrame(0, frame);
        var delivered = B.Receive();
        var status = A.Receive();

        // Index 4, 6 Mbit/s: preamble and SIGNAL 20 us, (16 + 8 x 1028 + 6) bits in symbols of 24 bits and 4 us, signal extension 6 us.
        long airtimeNs = Airtime.Ppdu(PhyRate.Legacy(60), frame.Length + FrameExchange.FcsOctets, Band.Ghz2);
        Assert.That(airtimeNs, Is.EqualTo(20_000 + (344 * 4_000) + 6_000));
        Assert.That(delivered.Payload, Is.EqualTo(frame));
        Assert.That((long)(delivered.Descriptor.PostedNs - delivered.Descriptor.TakenNs), Is.GreaterThanOrEqualTo(airtimeNs));
        Assert.That(status.Descriptor.Flags, Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
        Assert.That(status.Descriptor.Rates & 0xffff, Is.EqualTo(0x0104));
        Assert.That(TestDaemon.Count(B, HostCounter.Copied), Is.EqualTo(1));
    }

    [Test]
    public void FramesComeInOrderAndNoFasterThanTheChannelCarriesThem()
    {
        const int Frames = 40;
        for (uint i = 0; i < Frames; i++)
            A.SendFrame(0, Numbered(Address(2), Address(1), i, 300));
        Received[] delivered = [.. Enumerable.Range(0, Frames).Select(_ => B.Receive())];

        Assert.That(delivered.Select(frame => NumberOf(frame.Payload)), Is.EqualTo(Enumerable.Range(0, Frames).Select(i => (uint?)i)));
        long exchangeNs = FrameExchange.DurationNs(PhyRate.Legacy(60), HeaderLength + 300 + FrameExchange.FcsOctets, Band.Ghz2, MacTiming.Erp)
            + MacTiming.Erp.DifsNs;
        Assert.That((long)(delivered[^1].Descriptor.PostedNs - delivered[0].Descriptor.TakenNs), Is.GreaterThanOrEqualTo((Frames - 1) * exchangeNs));
        Assert.That(Enumerable.Range(0, Frames).Select(_ => A.Receive().Descriptor.Flags), Is.All.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
    }

    [Test]
    public void ABroadcastReachesAllAndNobodyAnswersForAnAbsentRadio()
    {
        A.SendFrame(0, Data(MacAddress.Broadcast, Address(1), 5));
        Assert.That(_vms[1..].Select(vm => vm.Receive().Payload[^1]), Is.All.EqualTo(5));

        A.SendFrame(0, Data(Address(9), Address(1)));
        var status = A.Receive().Descriptor;
        Assert.That((status.Flags, status.Rates & 0xffff), Is.EqualTo((TxFlags.RequestStatus, 0x0304ul)), "three attempts, all without success");
        Assert.That(TestDaemon.Count(A, HostCounter.Retries), Is.EqualTo(2));
    }

    [Test]
    public void LossesMakeRetriesWithTheRetryBit()
    {
        Change(new SetLink(new(RadioPattern.Of("vm1"), RadioPattern.Of("vm2")) { Loss = 0.5, OneWay = true }));
        int acked = 0, retried = 0;
        for (int i = 0; i < 200; i++)
        {
            A.SendFrame(0, Data(Address(2), Address(1)));
            var status = A.Receive().Descriptor;
            if ((status.Flags & TxFlags.Acked) == TxFlags.None)
                continue;
            acked++;
            bool isRetry = ((status.Rates >> 8) & 0xff) > 1;
            retried += isRetry ? 1 : 0;
            Assert.That((B.Receive().Payload[1] & FrameControl.RetryFlag) != 0, Is.EqualTo(isRetry));
        }
        Assert.That(acked, Is.EqualTo(175).Within(16), "1 - 0.5^3, 99.9 %");
        Assert.That(retried, Is.EqualTo(75).Within(23), "0.5^2 + 0.5^3");
    }

    [Test]
    public void ADropToOrderHoldsForAllAttempts()
    {
        Change(new SetFault(new("f", new FrameMatch { To = RadioPattern.Of("vm2") }, new DropFault()) { Count = 1 }));
        A.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(A.Receive().Descriptor.Flags, Is.EqualTo(TxFlags.RequestStatus));
        A.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(A.Receive().Descriptor.Flags, Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
        Assert.That(_daemon.Daemon.Engine.Faults.Single().Hits, Is.EqualTo(1));
    }

    /// <summary>Through the engine: as long as it is on, nothing is sent; a medium whose frames take no time has none.</summary>
    [Test]
    public void UnderAJammerNothingIsSentUntilItIsTakenBack()
    {
        Change(new SetJammer(new JammerConfiguration("oven", 2412)));
        A.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(() => A.TryReceive(out _), Is.False.After(200));
        Change(new RemoveJammer("oven"));
        Assert.That(A.Receive().Descriptor.Flags, Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
        _ = B.Receive();

        Change(new SetJammer(new JammerConfiguration("oven", 2412)));
        A.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(() => A.TryReceive(out _), Is.False.After(100));
        Change(new SetTiming(Timing.Instant));
        A.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(A.Receive().Descriptor.Flags, Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
    }

    /// <summary>Where it is and how strong, the radios' entries say of its name, and it may move.</summary>
    [Test]
    public void AJammerThatIsTakenAwayInSpaceJamsNoMore()
    {
        Change(new SetPropagation(new FreeSpacePropagation()));
        Change(new SetRadio(new RadioConfiguration(RadioPattern.Of("oven")) { Motion = new LinearMotion(new(1, 0, 0), default) }));
        Change(new SetJammer(new JammerConfiguration("oven", 2412)));
        A.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(() => A.TryReceive(out _), Is.False.After(200));
        Change(new SetRadio(new RadioConfiguration(RadioPattern.Of("oven")) { Motion = new LinearMotion(new(1e5, 0, 0), default) }));
        Assert.That(A.Receive().Descriptor.Flags, Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
    }

    [Test]
    public void AJammersLinksGoWithIt()
    {
        Change(new SetJammer(new JammerConfiguration("oven", 2412)));
        Change(new SetLink(new LinkConfiguration(RadioPattern.Of("oven"), RadioPattern.Any) { SnrDb = -50 }));
        A.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(A.Receive().Descriptor.Flags, Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
        Change(new RemoveJammer("oven"));
        Change(new SetJammer(new JammerConfiguration("oven", 2412)));
        A.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(() => A.TryReceive(out _), Is.False.After(200));
    }

    [Test]
    public void AFrameThatFoundNoRoomWasNeverSent()
    {
        const int Frames = 400; // a queue has 256
        List<Received> statuses = [];
        for (ulong i = 0; i < Frames; i++)
        {
            A.SendFrame(0, Data(Address(9), Address(1), new byte[2000]), cookie: i);
            while (A.TryReceive(out var status))
                statuses.Add(status);
        }
        statuses.AddRange(A.Drain());
        ulong refused = TestDaemon.Count(A, HostCounter.DropMediumQueueFull);
        Assert.That(refused, Is.GreaterThan(0));
        Assert.That(statuses.Count(s => s.Descriptor.Rates == 0x00ff_00ff_00ff_00ff), Is.EqualTo(refused), "no attempt at any rate");
        Assert.That(statuses.Select(s => s.Descriptor.Flags), Is.All.EqualTo(TxFlags.RequestStatus));
    }

    [Test]
    public void AFrameThatCannotBeParsedWaitsItsTurnAmongThoseOfBestEffort()
    {
        const int Before = 20;
        for (byte i = 0; i < Before; i++)
            A.SendFrame(0, Data(MacAddress.Broadcast, Address(1), i));
        byte[] unparsable = Data(MacAddress.Broadcast, Address(1), Before);
        unparsable[0] |= 0x01; // protocol version 1: IEEE 802.11 has 0 alone
        A.SendFrame(0, unparsable);

        Assert.That(Enumerable.Range(0, Before + 1).Select(_ => B.Receive().Payload[^1]), Is.EqualTo(Enumerable.Range(0, Before + 1)));
    }

    [Test]
    public void AFaultThatHitARadioDoesNotHitTheOneThatComesInItsPlace()
    {
        Change(new SetFault(new("f", new FrameMatch { To = RadioPattern.Of("vm2") }, new DropFault()) { Count = 1 }));
        A.SendFrame(0, Data(Address(2), Address(1), new byte[2000])); // three attempts of 3 ms each
        Deadline.Until(() => _daemon.Daemon.Engine.Faults.Single().Hits == 1, "the fault");
        B.RemoveRadio(0);
        Assert.That(A.Receive().Descriptor.Flags, Is.EqualTo(TxFlags.RequestStatus));

        B.AddRadio(0, Address(2));
        B.Tune(0, 2412);
        B.Drain();
        A.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(A.Receive().Descriptor.Flags, Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
    }

    [Test]
    public void AVmThatGoesTakesItsWaitingFramesAlongAndOthersGoOn()
    {
        for (int i = 0; i < 60; i++)
            A.SendFrame(0, Data(Address(2), Address(1), new byte[1500]));
        A.Kill();
        Deadline.Until(() =>
        {
            _ = B.Discard(); // its pool is small, and the machine may be busy
            return _daemon.Daemon.Engine.Ports.Count == 2;
        }, "the VM is gone");
        var c = _vms[2];
        c.SendFrame(0, Data(Address(2), Address(3), 77));
        Received received;
        do
            received = B.Receive();
        while (received.Payload[^1] != 77);
        Assert.That(c.Receive().Descriptor.Flags, Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
    }

    [Test]
    public void FramesThatWaitWhenTheTimingBecomesInstantStillComeThrough()
    {
        for (uint i = 0; i < 20; i++)
            A.SendFrame(0, Numbered(Address(2), Address(1), i, 1000));
        Change(new SetTiming(Timing.Instant));
        Assert.That(Enumerable.Range(0, 20).Select(_ => NumberOf(B.Receive().Payload)),
            Is.EquivalentTo(Enumerable.Range(0, 20).Select(i => (uint?)i)));
    }

    private void Change(MediumChange change) => _daemon.Daemon.Engine.ApplyAsync(change).Wait(Deadline.Limit);
}
