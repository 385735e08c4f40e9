using ShmWifi.Configuration;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Delivery;
using ShmWifi.ShmMedium.Ports;
using static ShmWifi.Tests.Support.MediumFrames;
using DefaultAddress = ShmWifi.Hwsim.Radios.DefaultAddress;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>VMs that come, die, fall asleep, and want more than there is.</summary>
public class ComingAndGoingTests
{
    [TestCase(Isolation.Shared)]
    [TestCase(Isolation.PerVm)]
    public void AVmsDeathTakesItsRadiosAndWhatItHeldAndLeavesTheOthersAlone(Isolation isolation)
    {
        using var daemon = new TestDaemon(isolation);
        var a = daemon.Attach(Address(1));
        var b = daemon.Attach(Address(2));
        var dying = daemon.Attach(Address(3));
        a.SendFrame(0, Data(Address(3), Address(1)), TxFlags.NoAck);
        a.Drain();
        Deadline.Until(() => dying.TryTake(out _), "the frame that it holds");

        dying.Kill();
        Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 2, "it is gone");

        Assert.That(daemon.Daemon.Engine.Radios.Radios.Select(r => r.Port.Offer.PeerId), Is.EquivalentTo(new[] { a.PeerId, b.PeerId }));
        Deadline.Until(() => a.Port.Tx.RefreshHead() && a.Port.Tx.InUse == 0, "what it held came back");
        a.SendFrame(0, Data(Address(3), Address(1)));
        Assert.That(a.Drain().Single().Descriptor.Flags, Is.EqualTo(TxFlags.RequestStatus), "nobody acknowledges for the dead");
        a.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(a.Drain().Single().Descriptor.Flags, Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
        Assert.That(b.Drain(), Has.Count.EqualTo(1));
        Assert.That(daemon.Log.Count("vm-detached"), Is.EqualTo(1));
    }

    [TestCase(Isolation.Shared)]
    [TestCase(Isolation.PerVm)]
    public void AVmMayAttachWhileOthersTalk(Isolation isolation)
    {
        using var daemon = new TestDaemon(isolation);
        var a = daemon.Attach(Address(1));
        var b = daemon.Attach(Address(2));
        using var stop = new CancellationTokenSource();
        using var talks = new ManualResetEventSlim();
        var talk = Task.Factory.StartNew(() =>
        {
            uint number = 0;
            while (!stop.IsCancellationRequested)
            {
                a.SendFrame(0, Numbered(Address(2), Address(1), number, 100), TxFlags.NoAck);
                Assert.That(NumberOf(b.Receive().Payload), Is.EqualTo(number++));
                a.Drain();
                talks.Set();
            }
            return number;
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            Assert.That(talks.Wait(Deadline.Limit), Is.True);
            for (int i = 0; i < 40; i++)
            {
                using var c = daemon.Attach(Address(3));
                c.SendFrame(0, Data(Address(1), Address(3)));
                Assert.That(c.Drain().Single().Descriptor.Flags.HasFlag(TxFlags.Acked), Is.True);
                c.Kill();
                Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 2, "it is gone");
            }
        }
        finally
        {
            stop.Cancel(); // before the memory goes that the two talk through
            Assert.That(talk.Result, Is.Positive);
        }
    }

    [Test]
    public void AReceiverThatSleepsGetsReferencesThenCopiesThenCountedDropsAndNeverStallsTheSender()
    {
        using var daemon = new TestDaemon(Isolation.Shared);
        var a = daemon.Attach(Address(1));
        var asleep = daemon.Attach(Address(2));
        const uint Frames = 2000;

        for (uint i = 0; i < Frames; i++)
            a.SendFrame(0, Numbered(Address(2), Address(1), i, 64), TxFlags.NoAck); // fails if the ring stops moving
        a.Drain();

        Assert.That(daemon.PortOf(a).HeldSlots, Is.Zero, "what it held was moved");
        ulong delivered = TestDaemon.Count(asleep, HostCounter.RxFrames);
        Assert.That(delivered, Is.EqualTo(28), "seven eighths of its pool, wherever they lay at first: the rest is for other senders");
        Assert.That(TestDaemon.Count(asleep, HostCounter.Copied), Is.EqualTo(28));
        Assert.That(TestDaemon.Count(asleep, HostCounter.DropPoolEmpty), Is.EqualTo(Frames - delivered));

        for (uint i = 0; i < delivered; i++)
            Assert.That(NumberOf(asleep.Receive().Payload), Is.EqualTo(i), "what it was given is whole, however late it looks");
        Assert.That(asleep.Drain(), Is.Empty);
        a.SendFrame(0, Numbered(Address(2), Address(1), 7, 64));
        Assert.That(a.Drain().Single().Descriptor.Flags.HasFlag(TxFlags.Acked), Is.True, "awake again, it receives");
    }

    [Test]
    public void APausedVmThatWakesUpReadsWhatItWasGivenThoughItsSendersRingWentRoundManyTimes()
    {
        using var daemon = new TestDaemon(Isolation.Shared);
        var a = daemon.Attach(Address(1));
        var b = daemon.Attach(Address(2));
        var paused = daemon.Attach(Address(3));
        for (uint i = 0; i < 1000; i++)
        {
            a.SendFrame(0, Numbered(MacAddress.Broadcast, Address(1), i, 64));
            Assert.That(NumberOf(b.Receive().Payload), Is.EqualTo(i), "the one that is awake misses none");
        }
        a.Drain();
        Assert.That(TestDaemon.Count(b, HostCounter.Copied), Is.Zero, "and gets no copies for the other's sake");

        var late = paused.Drain();
        Assert.That(late.Select(r => NumberOf(r.Payload)), Is.EqualTo(Enumerable.Range(0, 28).Select(i => (uint?)i)));

        a.SendFrame(0, Numbered(Address(3), Address(1), 7, 64), TxFlags.NoAck);
        a.Drain();
        ulong copied = TestDaemon.Count(paused, HostCounter.Copied);
        Assert.That(NumberOf(paused.Receive().Payload), Is.EqualTo(7));
        Assert.That(copied, Is.EqualTo(28), "awake again, it reads in the sender's slot");
    }

    [Test]
    public void ABurstForAVmThatWasIdleIsAcknowledged()
    {
        using var daemon = new TestDaemon(Isolation.Shared, "{ ports: 8, txSlots: 256, rxDescriptors: 256, poolSlots: 128 }");
        var a = daemon.Attach(Address(1));
        var b = daemon.Attach(Address(2));
        Thread.Sleep(1100); // longer than a receiver that is waited for may take nothing

        using var gate = new ManualResetEventSlim();
        daemon.Daemon.Engine.Post(gate.Wait); // so that all come in one round
        for (ulong i = 0; i < 60; i++)
            a.SendFrame(0, Numbered(Address(2), Address(1), (uint)i, 64), cookie: i);
        gate.Set();
        daemon.AssertEngineAnswers();
        daemon.AssertEngineAnswers();
        for (uint i = 0; i < 60; i++)
            Assert.That(NumberOf(b.Receive().Payload), Is.EqualTo(i));

        for (ulong i = 0; i < 60; i++)
        {
            var status = a.Receive().Descriptor;
            Assert.That((status.Cookie, status.Flags), Is.EqualTo((i, TxFlags.RequestStatus | TxFlags.Acked)));
        }
    }

    [Test]
    public void AFullRxRingDropsFramesAndStillTakesTxStatuses()
    {
        using var daemon = new TestDaemon(Isolation.Shared, "{ ports: 8, txSlots: 64, rxDescriptors: 64, poolSlots: 256 }");
        var a = daemon.Attach(Address(1));
        var b = daemon.Attach(Address(2));

        for (uint i = 0; i < 100; i++)
            a.SendFrame(0, Numbered(Address(2), Address(1), i, 64), TxFlags.NoAck);
        a.Drain();
        Assert.That(TestDaemon.Count(b, HostCounter.RxFrames), Is.EqualTo((64 - 8) / 2), "one sender fills no more than it leaves free");
        Assert.That(TestDaemon.Count(b, HostCounter.DropRxRingFull), Is.EqualTo(100 - 28));

        for (ulong i = 0; i < 38; i++)
            b.SendFrame(0, Data(Address(9), Address(2)), cookie: i);
        Deadline.Until(() =>
            TestDaemon.Count(b, HostCounter.DropStatus) == 2, "statuses may use all of the ring; two more are dropped and counted");

        List<Received> all = [];
        while (b.TryReceive(out var received))
            all.Add(received);
        Assert.That(all.Where(r => r.Descriptor.Kind == RingKind.TxStatus).Select(r => r.Descriptor.Cookie),
            Is.EqualTo(Enumerable.Range(0, 36).Select(i => (ulong)i)));
        Assert.That(all.Where(r => r.Descriptor.Kind == RingKind.Frame).Select(r => NumberOf(r.Payload)),
            Is.EqualTo(Enumerable.Range(0, 28).Select(i => (uint?)i)));
    }

    [Test]
    public void ASenderIsToldOfTheAttemptsThatWereMadeNotOfAChainThatFailedWhenItsReceiverHasNoRoom()
    {
        using var daemon = new TestDaemon(Isolation.Shared, "{ ports: 8, txSlots: 64, rxDescriptors: 64, poolSlots: 256 }");
        var a = daemon.Attach(Address(1));
        var b = daemon.Attach(Address(2));
        for (uint i = 0; i < (64 - 8) / 2; i++)
            a.SendFrame(0, Numbered(Address(2), Address(1), i, 64), TxFlags.NoAck);
        a.Drain();

        a.SendFrame(0, Data(Address(2), Address(1)));
        var status = a.Drain().Single().Descriptor;
        Assert.That(TestDaemon.Count(b, HostCounter.DropRxRingFull), Is.EqualTo(1));
        Assert.That(status.Flags, Is.EqualTo(TxFlags.RequestStatus), "not acknowledged");
        Assert.That(status.Rates, Is.EqualTo(0x00ff_00ff_00ff_0104), "one attempt at index 4, of three");
        Assert.That((TestDaemon.Count(a, HostCounter.NotAcked), TestDaemon.Count(a, HostCounter.Retries)), Is.EqualTo((1, 0)));
        Assert.That(TestDaemon.Count(a, HostCounter.NoRoom), Is.EqualTo(1));

        a.SendFrame(0, Data(Address(9), Address(1)));
        Assert.That(a.Drain().Single().Descriptor.Rates, Is.EqualTo(0x00ff_00ff_00ff_0304), "nobody owns the address: three attempts");
        Assert.That((TestDaemon.Count(a, HostCounter.Retries), TestDaemon.Count(a, HostCounter.NoRoom)), Is.EqualTo((2, 1)));
    }

    [Test]
    public void StatusesThatFoundNoRoomAreNoFramesThatWereDropped()
    {
        using var daemon = new TestDaemon(Isolation.Shared, "{ ports: 8, txSlots: 64, rxDescriptors: 64, poolSlots: 256 }");
        var a = daemon.Attach(Address(1));
        for (int i = 0; i < 64 + 5; i++)
            a.SendFrame(0, Data(Address(9), Address(1)));
        Deadline.Until(() => TestDaemon.Count(a, HostCounter.DropStatus) == 5, "five statuses found no room");
        var snapshot = daemon.Daemon.Snapshots.Take();
        Assert.That((snapshot.Medium.Dropped, snapshot.Vms.Single().Drops["txStatus"]), Is.EqualTo((0, 5)));
    }

    [Test]
    public void RadiosAndAddressesBeyondTheLimitAreRefusedAndCounted()
    {
        using var daemon = new TestDaemon(Isolation.Shared, TestDaemon.SmallRings, ("ap", 2));
        var ap = daemon.Connect("ap");
        ap.Hello();
        for (ushort radio = 0; radio < 3; radio++)
            ap.AnnounceRadio(radio, Address(1, radio), $"phy{radio}");
        ap.Drain();
        Assert.That(daemon.PortOf(ap).Radios.Count(r => r is not null), Is.EqualTo(2));
        Assert.That(TestDaemon.Count(ap, HostCounter.Refused), Is.EqualTo(1));

        for (int i = 0; i < Radio.MaxAddresses + 5; i++)
            ap.AddAddress(0, Address(7, i));
        ap.AddAddress(0, MacAddress.Broadcast);
        ap.AddAddress(9, Address(8));
        ap.Drain();
        Assert.That(daemon.PortOf(ap).Radios[0]!.Addresses, Has.Length.EqualTo(Radio.MaxAddresses));
        Assert.That(TestDaemon.Count(ap, HostCounter.Refused), Is.EqualTo(1 + 5 + 1 + 1));
    }

    [Test]
    public void ASecondVmOfANameGetsABlankRegionAndTheFirstKeepsTheMedium()
    {
        using var daemon = new TestDaemon(Isolation.Shared, TestDaemon.SmallRings, ("ap", 2));
        var first = daemon.Connect("ap");
        Assert.That(first.Region!.GetPortName(first.Port.Index), Is.EqualTo("ap"));

        var second = daemon.Connect("ap");

        Assert.That(second.IsRefused, Is.True);
        Assert.That(second.Memory.Size, Is.EqualTo(8192));
        Deadline.Until(() => daemon.Log.Events.Any(e =>
            e is { Event: "vm-refused", Vm: "ap" } && e.Message.Contains("a VM named ap is attached already")), "the reason");
        Assert.That(first.Drain(), Is.Empty);

        first.Kill();
        Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 0, "the first is gone");
        Assert.That(daemon.Connect("ap").IsRefused, Is.False, "the name is free");
    }

    [Test]
    public void AVmBeyondTheLastPortGetsABlankRegion()
    {
        using var daemon = new TestDaemon(Isolation.Shared, "{ ports: 2, txSlots: 64, rxDescriptors: 128, poolSlots: 32 }");
        var a = daemon.Attach();
        daemon.Attach();

        Assert.That(daemon.Connect().IsRefused, Is.True);
        Deadline.Until(() => daemon.Log.Events.Any(e => e.Event == "vm-refused" && e.Message.Contains("all 2 ports are taken")), "the reason");
        a.Kill();
        Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 1, "one is gone");
        daemon.AssertEngineAnswers();
        daemon.AssertEngineAnswers();
        Assert.That(daemon.Connect().IsRefused, Is.False);
    }

    [Test]
    public void ADeadVmsPortIsFreeWhenItsReadersAreDoneOrWereGivenCopies()
    {
        using var daemon = new TestDaemon(Isolation.Shared, "{ ports: 2, txSlots: 64, rxDescriptors: 128, poolSlots: 32 }");
        var reader = daemon.Attach(Address(1));
        var dying = daemon.Attach(Address(2));
        byte[] frame = Numbered(Address(1), Address(2), 5, 500);
        dying.SendFrame(0, frame, TxFlags.NoAck);
        dying.Drain();
        int index = dying.Port.Index;

        dying.Kill();
        Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 1, "it is gone");
        var next = daemon.Connect(); // though the reader took nothing
        Assert.That(next.Port.Index, Is.EqualTo(index));
        Assert.That(next.Port.Tx.Tail, Is.Zero, "a fresh port");
        next.Hello();
        next.AddRadio(0, Address(3));
        for (int i = 0; i < 100; i++)
            next.SendFrame(0, Data(Address(9), Address(3), new byte[1000]), TxFlags.NoAck); // over the dead VM's slots
        next.Drain();

        Assert.That(reader.Receive().Payload, Is.EqualTo(frame));
    }

    [Test]
    public void ATapKeepsTheFramesOfAVmThatWent()
    {
        using var daemon = new TestDaemon(Isolation.PerVm, "{ ports: 2, txSlots: 64, rxDescriptors: 128, poolSlots: 32 }");
        using var tap = new FrameTap();
        daemon.Daemon.Engine.AddTap(tap);
        var dying = daemon.Attach(Address(2));
        byte[] frame = Numbered(MacAddress.Broadcast, Address(2), 5, 500);
        dying.SendFrame(0, frame);
        dying.Drain();

        dying.Kill();
        Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 0, "it is gone");
        daemon.AssertEngineAnswers();
        daemon.AssertEngineAnswers();
        byte[] copy = new byte[frame.Length];
        Assert.That(tap.TryTake(copy, out var tapped), Is.True);
        Assert.That(tapped.Length, Is.EqualTo(frame.Length));
        Assert.That(copy, Is.EqualTo(frame));
        tap.IsClosed = true;
        daemon.AssertEngineAnswers();
    }

    [Test]
    public void AVmThatComesAgainAtOnceGetsThePortThatIsStillReadAndItsPeerId()
    {
        using var daemon = new TestDaemon(
            Isolation.Shared, "{ ports: 2, txSlots: 64, rxDescriptors: 128, poolSlots: 32 }", ("reader", 1), ("ap", 1));
        var address = DefaultAddress.Of(2, 0);
        var ap = Come();
        var reader = daemon.Connect("reader");
        reader.Hello();
        reader.AddRadio(0, Address(1));
        reader.Drain();
        for (int life = 0; life < 10; life++)
        {
            ap.SendFrame(0, Data(Address(1), address), TxFlags.NoAck);
            ap.Drain();
            ap.Kill();
            ap = Come();
        }

        SimulatedGuest Come()
        {
            var vm = daemon.Connect("ap");
            Assert.That(daemon.Log.Events.Where(e => e.Event == "vm-refused").Select(e => e.Message), Is.Empty);
            Assert.That(vm.PeerId, Is.EqualTo(2), "the second in the configuration, whoever comes first");
            vm.Hello();
            vm.AddRadio(0, address);
            vm.Drain();
            Assert.That(daemon.PortOf(vm).Radios[0]!.Addresses, Is.EqualTo(new[] { address }), "nothing has to be made anew in the guest");
            return vm;
        }
    }

    [Test]
    public void ATapThatNobodyReadsLosesFramesAndTheMediumLosesNone()
    {
        using var daemon = new TestDaemon(Isolation.Shared);
        using var tap = new FrameTap();
        daemon.Daemon.Engine.AddTap(tap);
        var a = daemon.Attach(Address(1));
        var b = daemon.Attach(Address(2));
        for (uint i = 0; i < 1000; i++)
        {
            a.SendFrame(0, Numbered(Address(2), Address(1), i, 64), TxFlags.NoAck);
            Assert.That(NumberOf(b.Receive().Payload), Is.EqualTo(i));
        }
        a.Drain();
        Assert.That(tap.Lost, Is.EqualTo(1000 - 256));
        byte[] copy = new byte[Abi.SlotPayloadSize];
        for (uint i = 0; i < 256; i++)
        {
            Assert.That(tap.TryTake(copy, out var tapped), Is.True);
            Assert.That(NumberOf(copy.AsSpan(0, tapped.Length)), Is.EqualTo(i));
        }
        Assert.That(tap.TryTake(copy, out _), Is.False);
        tap.IsClosed = true;
        daemon.AssertEngineAnswers();
    }

    [Test]
    public void TotalsOfVmsThatWentAreKept()
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        for (int i = 0; i < 3; i++)
        {
            using var vm = daemon.Attach(Address(1));
            vm.SendFrame(0, Data(Address(9), Address(1)));
            vm.Drain();
            vm.Kill();
            Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 0, "it is gone");
        }
        Assert.That(daemon.Daemon.Snapshots.Take().Medium.Frames, Is.EqualTo(3));
    }

    [Test]
    public void WhoeverGetsADeadVmsPortNumberGetsNoneOfItsLatency()
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        var b = daemon.Attach(Address(2));
        var dying = daemon.Attach(Address(1));
        dying.SendFrame(0, Data(Address(2), Address(1)), TxFlags.NoAck);
        dying.Drain();
        int number = daemon.PortOf(dying).Id;
        dying.Kill();
        Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 1, "it is gone");
        daemon.AssertEngineAnswers();
        var heir = daemon.Attach(Address(3));
        Assert.That(daemon.PortOf(heir).Id, Is.EqualTo(number));

        Assert.That(b.Drain(), Has.Count.EqualTo(1));
        b.Drain(); // the first was given back before
        Assert.That(daemon.PortOf(b).LatencyFrom[number], Is.Null);
        heir.SendFrame(0, Data(Address(2), Address(3)), TxFlags.NoAck);
        heir.Drain();
        b.Drain();
        b.Drain();
        Assert.That(daemon.PortOf(b).LatencyFrom[number]!.InHost.Count, Is.EqualTo(1));
    }

    [Test]
    public unsafe void AGuestThatOverwritesTheHostsCountersChangesNothingThatIsTold()
    {
        using var daemon = new TestDaemon(Isolation.Shared);
        var a = daemon.Attach(Address(1));
        a.SendFrame(0, Data(Address(9), Address(1)));
        a.Drain();
        a.Header->HostCounters[(int)HostCounter.TxFrames] = 1_000_000;
        a.Header->HostCounters[(int)HostCounter.NotAcked] = 0;
        a.SendFrame(0, Data(Address(9), Address(1)));
        a.Drain();

        var vm = daemon.Daemon.Snapshots.Take().Vms.Single();
        Assert.That((vm.TxFrames, vm.NotAcked), Is.EqualTo((2, 2)));
        a.Kill();
        Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 0, "it is gone");
        Assert.That(daemon.Daemon.Snapshots.Take().Medium.Frames, Is.EqualTo(2));
    }

    [Test]
    public void SnapshotsMayBeTakenWhileVmsComeAndGo()
    {
        using var daemon = new TestDaemon(Isolation.PerVm); // each VM's counters lie in a mapping of its own, which goes with it
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                daemon.Daemon.Snapshots.Take();
        });
        for (int i = 0; i < 200; i++)
        {
            using var vm = daemon.Connect();
            vm.Kill();
        }
        stop.Cancel();
        reader.Wait();
    }

    [TestCase(Isolation.Shared)]
    [TestCase(Isolation.PerVm)]
    public void AVmThatGoesDoesNotWaitForWhoReadsItsCounters(Isolation isolation)
    {
        using var daemon = new TestDaemon(isolation, "{ ports: 1, txSlots: 64, rxDescriptors: 128, poolSlots: 32 }");
        var vm = daemon.Attach();
        using var isReading = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        var reader = Task.Run(() => daemon.Daemon.Engine.Inspect((ports, _) =>
        {
            isReading.Set();
            mayEnd.Wait();
            return ports[0].Rings.ReadCounter(HostCounter.TxFrames); // its memory is still there
        }));
        isReading.Wait();
        vm.Kill();
        Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 0, "it is gone");
        var next = daemon.Connect();
        Assert.That(reader.IsCompleted, Is.False);
        mayEnd.Set();
        Assert.That(reader.Wait(Deadline.Limit), Is.True);
        Assert.That(next.Port.Index, Is.Zero);
    }

    [TestCase(Isolation.Shared)]
    [TestCase(Isolation.PerVm)]
    public void NoFrameIsTornOrReceivedTwiceWhileReceiversDawdleAndSendersDie(Isolation isolation)
    {
        const int Talkers = 3;
        const uint FramesEach = 6000;
        using var daemon = new TestDaemon(isolation);
        SimulatedGuest[] vms = [.. Enumerable.Range(1, Talkers).Select(i => daemon.Attach(Address(i)))];
        int talking = Talkers;
        ulong[] received = new ulong[Talkers];
        using var stop = new CancellationTokenSource();
        Task[] talks = [.. vms.Select((vm, i) => Task.Run(() => received[i] = Talk(vm, i + 1, seed: i)))];
        var mortals = Task.Run(() =>
        {
            for (int seed = 0; Volatile.Read(ref talking) != 0; seed++)
            {
                using var vm = daemon.Connect();
                if (vm.IsRefused)
                    continue; // the ports of the dead wait for their readers
                vm.Hello();
                vm.AddRadio(0, Address(9));
                for (uint number = 0; number < 100 + (seed % 50); number++)
                    vm.TrySendFrame(0, Numbered(MacAddress.Broadcast, Address(9), number, 700), TxFlags.NoAck);
                vm.Kill();
                Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == Talkers, "it is gone");
            }
        });
        Task.WaitAll([.. talks, mortals]);

        // Twice: an answer came after what its own VM had sent, not after what the others had.
        for (int i = 0; i < 2 * Talkers; i++)
            received[i % Talkers] += (ulong)Check(vms[i % Talkers].Drain());
        ulong frames = daemon.Daemon.Snapshots.Take().Medium.Frames; // all: the answers to what was drained came after them
        for (int i = 0; i < Talkers; i++)
        {
            Assert.That(received[i], Is.EqualTo(TestDaemon.Count(vms[i], HostCounter.RxFrames)), "what was posted arrived");
            ulong dropped = TestDaemon.Count(vms[i], HostCounter.DropPoolEmpty) + TestDaemon.Count(vms[i], HostCounter.DropRxRingFull);
            Assert.That(received[i] + dropped, Is.EqualTo(frames - FramesEach), "every frame of the others arrived or was counted");
        }

        ulong Talk(SimulatedGuest vm, int number, int seed)
        {
            var random = new Random(seed);
            Dictionary<ulong, uint> last = [];
            uint first = vm.Port.Rx.Taken;
            uint sent = 0;
            while (sent < FramesEach || Volatile.Read(ref talking) != 0)
            {
                for (int burst = random.Next(20); burst > 0 && sent < FramesEach; burst--)
                {
                    if (!vm.TrySendFrame(0, Numbered(MacAddress.Broadcast, Address(number), sent, 8 + random.Next(1500)), TxFlags.NoAck))
                        break;
                    if (++sent == FramesEach)
                        Interlocked.Decrement(ref talking);
                }
                while (vm.Port.Rx.Held < 40 && vm.Port.Rx.CountReady() != 0)
                    vm.Port.Rx.Take(1);
                if (random.Next(50) == 0)
                    Thread.Sleep(1);
                for (int done = random.Next((int)vm.Port.Rx.Held + 1); done > 0; done--)
                    Look(vm, last);
            }
            while (vm.Port.Rx.Held != 0)
                Look(vm, last);
            return vm.Port.Rx.Taken - first;
        }

        static void Look(SimulatedGuest vm, Dictionary<ulong, uint> last)
        {
            var descriptor = vm.Port.ReadDescriptor(vm.Port.Rx.Head);
            var payload = vm.PayloadOf(in descriptor);
            if (descriptor.Kind != RingKind.Frame)
                throw new AssertionException($"unexpected {descriptor.Kind}");
            uint number = NumberOf(payload) ?? throw new AssertionException("a torn frame");
            ulong sender = new MacAddress(payload[10..16]).Value;
            if (sender != Address(9).Value && last.TryGetValue(sender, out uint before) && number <= before)
                throw new AssertionException($"frame {number} after {before}");
            last[sender] = number;
            vm.Release(1);
        }

        static int Check(IReadOnlyList<Received> rest)
        {
            Assert.That(rest.Select(r => NumberOf(r.Payload)), Has.None.Null);
            return rest.Count;
        }
    }
}
