using ShmWifi.Configuration;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Medium.Links;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>Who receives a frame, what its sender is told, and how it gets there.</summary>
[TestFixture(Isolation.Shared)]
[TestFixture(Isolation.PerVm)]
public class DeliveryTests(Isolation isolation)
{
    private TestDaemon _daemon = null!;

    [SetUp]
    public void SetUp() => _daemon = new TestDaemon(isolation);

    [TearDown]
    public void TearDown() => _daemon.Dispose();

    [Test]
    public void ABroadcastReachesEveryOtherRadioAndNeverTheSenders()
    {
        var a = _daemon.Attach(5180, Address(1, 0), Address(1, 1));
        var b = _daemon.Attach(5180, Address(2, 0), Address(2, 1));
        byte[] frame = Data(MacAddress.Broadcast, Address(1, 0), [1, 2, 3]);

        a.SendFrame(0, frame, freqMhz: 5180);

        Assert.That(FramesOf(a.Drain()), Is.EqualTo(new[] { 1 }), "its own second radio; group frames get no status");
        var delivered = b.Drain();
        Assert.That(FramesOf(delivered), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(delivered[0].Payload, Is.EqualTo(frame));
        Assert.That(delivered[0].Descriptor.FreqMhz, Is.EqualTo(5180));
        Assert.That(delivered[0].Descriptor.SignalDbm, Is.EqualTo(LinkTable.PerfectSignalDbm));
        Assert.That(delivered[0].Descriptor.SourcePort, Is.EqualTo(_daemon.PortOf(a).Id));
        Assert.That(delivered[0].Descriptor.TakenNs, Is.Positive.And.LessThanOrEqualTo(delivered[0].Descriptor.PostedNs));
    }

    [Test]
    public void AUnicastReachesItsOwnerAndMonitorsOnly()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2, 0), Address(2, 1));
        var c = _daemon.Attach(Address(3, 0), Address(3, 1));
        c.AnnounceRadio(1, Address(3, 1), "mon", RadioFlags.Monitor);
        c.Drain();

        a.SendFrame(0, Data(Address(2, 1), Address(1)));
        a.Drain();

        Assert.That(FramesOf(b.Drain()), Is.EqualTo(new[] { 1 }));
        Assert.That(FramesOf(c.Drain()), Is.EqualTo(new[] { 1 }));

        c.AnnounceRadio(1, Address(3, 1), "mon");
        c.Drain();
        a.SendFrame(0, Data(Address(2, 1), Address(1)));
        a.Drain();
        Assert.That(c.Drain(), Is.Empty, "it is no monitor any more");
    }

    [Test]
    public void AMonitorThatOwnsTheAddressReceivesTheFrameOnce()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2));
        b.AnnounceRadio(0, Address(2), "mon", RadioFlags.Monitor);
        b.Drain();

        a.SendFrame(0, Data(Address(2), Address(1)));
        a.Drain();

        Assert.That(FramesOf(b.Drain()), Is.EqualTo(new[] { 0 }));
    }

    [Test]
    public void AFrameIsAcknowledgedIfAndOnlyIfAnOwnerGotIt()
    {
        var a = _daemon.Attach(Address(1, 0), Address(1, 1));
        var b = _daemon.Attach(Address(2));
        var monitor = _daemon.Attach(Address(3));
        monitor.AnnounceRadio(0, Address(3), "mon", RadioFlags.Monitor);
        monitor.Drain();

        Assert.That(StatusOf(a, Address(2), cookie: 71), Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
        Assert.That(StatusOf(a, Address(1, 1), cookie: 72), Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked), "a radio of the same VM");
        Assert.That(StatusOf(a, Address(9), cookie: 73), Is.EqualTo(TxFlags.RequestStatus), "only a monitor received it");
        Assert.That(StatusOf(a, Address(1, 0), cookie: 74), Is.EqualTo(TxFlags.RequestStatus), "nobody acknowledges to himself");
        b.RemoveAddress(0, Address(2));
        b.Drain();
        Assert.That(StatusOf(a, Address(2), cookie: 75), Is.EqualTo(TxFlags.RequestStatus), "the address is gone");
        b.AddAddress(0, Address(2));
        b.Drain();
        b.RemoveRadio(0);
        b.Drain();
        Assert.That(StatusOf(a, Address(2), cookie: 76), Is.EqualTo(TxFlags.RequestStatus), "the radio is gone");
        Assert.That(TestDaemon.Count(a, HostCounter.Acked), Is.EqualTo(2));
        Assert.That(TestDaemon.Count(a, HostCounter.NotAcked), Is.EqualTo(4));
    }

    [Test]
    public void ATxStatusTellsTheAttemptsOfTheRetryChain()
    {
        var a = _daemon.Attach(Address(1));
        _daemon.Attach(Address(2));

        a.SendFrame(0, Data(Address(2), Address(1)));
        a.SendFrame(0, Data(Address(9), Address(1)));
        var statuses = a.Drain();

        Assert.That(statuses[0].Descriptor.Rates & 0xffff, Is.EqualTo(0x0104), "index 4, at the first attempt");
        Assert.That(statuses[1].Descriptor.Rates & 0xffff, Is.EqualTo(0x0304), "index 4, all three attempts");
    }

    [Test]
    public void ANoAckFrameGetsNoStatus()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2));

        a.SendFrame(0, Data(Address(2), Address(1)), TxFlags.RequestStatus | TxFlags.NoAck);

        Assert.That(a.Drain(), Is.Empty);
        Assert.That(FramesOf(b.Drain()), Is.EqualTo(new[] { 0 }));
    }

    [Test]
    public void AFrameFromARadioThatWasNotAnnouncedOrTooShortIsCountedAndNotReceived()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2));

        a.SendFrame(5, Data(Address(2), Address(1)));
        a.SendFrame(0, Data(Address(2), Address(1)).AsSpan(0, 9));

        Assert.That(a.Drain().Select(r => (r.Descriptor.Kind, r.Descriptor.Radio, r.Descriptor.Flags)), Is.EqualTo(new[]
        {
            (RingKind.TxStatus, (ushort)5, TxFlags.RequestStatus),
            (RingKind.TxStatus, (ushort)0, TxFlags.RequestStatus),
        }), "its kernel waits for them");
        Assert.That(b.Drain(), Is.Empty);
        Assert.That(TestDaemon.Count(a, HostCounter.DropInvalid), Is.EqualTo(2));
        Assert.That(a.Port.State, Is.EqualTo(PortState.Attached));
    }

    [Test]
    public void EveryLengthArrivesWhole()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2));
        for (int length = 8; length <= Abi.SlotPayloadSize - HeaderLength; length = Math.Max(length + 1, (length * 3 / 2) + 1))
        {
            byte[] frame = Numbered(Address(2), Address(1), (uint)length, Math.Min(length, Abi.SlotPayloadSize - HeaderLength));
            a.SendFrame(0, frame, TxFlags.NoAck);
            Assert.That(b.Receive().Payload, Is.EqualTo(frame));
        }
        byte[] longest = Numbered(Address(2), Address(1), 1, Abi.SlotPayloadSize - HeaderLength);
        a.SendFrame(0, longest, TxFlags.NoAck);
        Assert.That(b.Receive().Payload, Is.EqualTo(longest));
    }

    [Test]
    public unsafe void ADescriptorPointsIntoTheSendersSlotOrIntoThePool()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2));
        uint slot = a.Port.Tx.Tail;
        byte[] frame = Data(Address(2), Address(1), 7, 8, 9);

        a.SendFrame(0, frame);
        var delivered = b.Drain().Single();

        Assert.That(delivered.Payload, Is.EqualTo(frame));
        ulong senders = (ulong)((byte*)a.Port.TxSlot(slot) - a.Memory.Address) + Abi.SlotHeaderSize;
        Assert.That(delivered.Descriptor.Offset, isolation == Isolation.Shared
            ? Is.EqualTo(senders)
            : Is.GreaterThanOrEqualTo(b.Region!.Geometry.PoolOffset));
        Assert.That(TestDaemon.Count(b, HostCounter.CopiedBytes), Is.EqualTo(isolation == Isolation.Shared ? 0 : frame.Length));
        Assert.That(TestDaemon.Count(b, HostCounter.Copied), Is.EqualTo(isolation == Isolation.Shared ? 0 : 1));
        Assert.That(TestDaemon.Count(b, HostCounter.RxBytes), Is.EqualTo(frame.Length));
    }

    [Test]
    public unsafe void OnlyASharedRegionShowsAVmWhatOthersSay()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2));
        var other = _daemon.Attach(Address(3));
        byte[] secret = [.. Enumerable.Range(0, 64).Select(i => (byte)((i * 37) + 11))];

        a.SendFrame(0, Data(Address(2), Address(1), secret));
        a.Drain();
        b.Drain();

        bool isSeen = new ReadOnlySpan<byte>(other.Memory.Address, (int)other.Memory.Size).IndexOf(secret) >= 0;
        Assert.That(isSeen, Is.EqualTo(isolation == Isolation.Shared));
        Assert.That(new ReadOnlySpan<byte>(b.Memory.Address, (int)b.Memory.Size).IndexOf(secret), Is.Positive, "who received it has it");
    }

    [Test]
    public void TxSlotsComeBackInOrder()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2));
        uint first = a.Port.Tx.Tail;
        a.SendFrame(0, Data(Address(2), Address(1), 1), TxFlags.NoAck);
        a.SendFrame(0, Data(Address(9), Address(1), 2), TxFlags.NoAck);
        a.SendFrame(0, Data(Address(9), Address(1), 3), TxFlags.NoAck);
        a.Drain();
        RxDescriptor held = default;
        Deadline.Until(() => b.TryTake(out held), "the frame");

        a.Drain();
        a.Port.Tx.RefreshHead();
        Assert.That(a.Port.Tx.Head - first, isolation == Isolation.Shared ? Is.Zero : Is.GreaterThanOrEqualTo(3u),
            "b reads the first slot, or a copy of it");

        b.Release(1);
        Deadline.Until(() => a.Port.Tx.RefreshHead() && a.Port.Tx.Head == a.Port.Tx.Tail, "all slots back");
    }

    [Test]
    public void AClockExchangeIsAnsweredWithTheHostsTime()
    {
        var a = _daemon.Attach();
        ulong before = (ulong)ShmWifi.Linux.MonotonicClock.NowNs;

        a.Send(RingKind.ClockSync, 0, cookie: 4711);
        var answer = a.Receive().Descriptor;

        Assert.That(answer.Kind, Is.EqualTo(RingKind.ClockSync));
        Assert.That(answer.Cookie, Is.EqualTo(4711));
        Assert.That(answer.TakenNs, Is.GreaterThanOrEqualTo(before));
        Assert.That(answer.PostedNs, Is.GreaterThanOrEqualTo(answer.TakenNs).And.LessThanOrEqualTo((ulong)ShmWifi.Linux.MonotonicClock.NowNs));
    }

    [Test]
    public void ADoorbellIsRungForWhoSleepsAndSavedForWhoPolls()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2));
        b.Drain(); // the interrupt for its first free TX slot has come, too
        b.TakeInterrupts();
        ulong rung = TestDaemon.Count(b, HostCounter.Doorbells);
        ulong saved = TestDaemon.Count(b, HostCounter.DoorbellsSuppressed);

        a.SendFrame(0, Data(Address(2), Address(1)), TxFlags.NoAck);
        a.Drain();
        Deadline.Until(() => b.TryReceive(out _), "the frame, by polling");
        Assert.That(TestDaemon.Count(b, HostCounter.DoorbellsSuppressed) - saved, Is.EqualTo(1));
        Assert.That(b.TakeInterrupts(), Is.Zero);

        Assert.That(b.Port.Rx.Arm(), Is.True);
        a.SendFrame(0, Data(Address(2), Address(1)), TxFlags.NoAck);
        a.Drain();
        Deadline.Until(() => b.TakeInterrupts() == 1, "one interrupt");
        Assert.That(TestDaemon.Count(b, HostCounter.Doorbells) - rung, Is.EqualTo(1));
    }

    [Test]
    public void AVmTellsWhichPathItsFramesTake()
    {
        SimulatedGuest[] vms = [_daemon.Attach(), _daemon.Attach(), _daemon.Attach()];
        vms[0].Hello();
        vms[1].Hello(RegionFeatures.KernelPath);
        vms[2].Port.SetAbsent();
        Assert.That(_daemon.Daemon.Snapshots.Take().Vms.OrderBy(vm => vm.PeerId).Select(vm => vm.Path), Is.EqualTo(new[] { "user", "kernel", null }));
    }

    [Test]
    public void HelloForgetsTheRadios()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2));

        b.Hello();
        b.Drain();

        Assert.That(_daemon.PortOf(b).Radios, Is.All.Null);
        Assert.That(StatusOf(a, Address(2), cookie: 1), Is.EqualTo(TxFlags.RequestStatus));
    }

    [Test]
    public void ARadioThatIsAnnouncedAgainKeepsItsAddressesAndTakesItsNewName()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2));

        b.AnnounceRadio(0, Address(2), "renamed");
        b.Drain();

        Assert.That(_daemon.PortOf(b).Radios[0]!.Name, Is.EqualTo("renamed"));
        Assert.That(StatusOf(a, Address(2), cookie: 1), Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
    }

    [Test]
    public void ARadioNumberThatGetsAnotherIdentityIsAnotherRadio()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2));

        b.AnnounceRadio(0, Address(2, 7), "other");
        b.Drain();

        Assert.That(StatusOf(a, Address(2), cookie: 1), Is.EqualTo(TxFlags.RequestStatus), "the old radio's address went with it");
        Assert.That(_daemon.Daemon.Engine.Radios.Radios, Has.Length.EqualTo(2));
    }

    [Test]
    public void TheEngineAllocatesNothingForFrames()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2));
        Run(2_000); // the engine's code is compiled once and for all
        long before = _daemon.Daemon.Engine.Counters.AllocatedBytes;

        Run(100_000);

        Assert.That(_daemon.Daemon.Engine.Counters.AllocatedBytes - before, Is.Zero);
        Assert.That(TestDaemon.Count(a, HostCounter.TxFrames), Is.EqualTo(102_000));

        void Run(int frames)
        {
            byte[] unicast = Numbered(Address(2), Address(1), 1, 200);
            byte[] broadcast = Numbered(MacAddress.Broadcast, Address(1), 2, 200);
            for (int sent = 0; sent < frames;)
            {
                if (a.TrySendFrame(0, sent % 2 == 0 ? unicast : broadcast))
                    sent++;
                while (b.TryTake(out _))
                    b.Release(1);
                while (a.TryTake(out _))
                    a.Release(1);
            }
            Deadline.Until(
                () =>
                {
                    while (b.TryTake(out _))
                        b.Release(1);
                    while (a.TryTake(out _))
                        a.Release(1);
                    return a.Port.Tx.RefreshHead() && a.Port.Tx.InUse == 0;
                },
                "all slots back");
        }
    }

    private static IEnumerable<int> FramesOf(IEnumerable<Received> received) =>
        received.Where(r => r.Descriptor.Kind == RingKind.Frame).Select(r => (int)r.Descriptor.Radio);

    /// <summary>Sends a frame from radio 0 and returns the flags of its TX status.</summary>
    private static TxFlags StatusOf(SimulatedGuest vm, MacAddress receiver, ulong cookie)
    {
        vm.SendFrame(0, Data(receiver, Address(1)), cookie: cookie);
        var status = vm.Drain().Single(r => r.Descriptor.Kind == RingKind.TxStatus).Descriptor;
        Assert.That(status.Cookie, Is.EqualTo(cookie));
        Assert.That(status.Radio, Is.Zero);
        return status.Flags;
    }
}
