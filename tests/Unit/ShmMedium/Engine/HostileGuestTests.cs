using CsCheck;
using ShmWifi.Configuration;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Delivery;
using ShmWifi.ShmMedium.Ports;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>What a guest may write that no honest guest writes: the daemon goes on, and so do the others.</summary>
public unsafe class HostileGuestTests
{
    private static readonly uint[] EdgeWords =
        [0, 1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 3967, 3968, 3969, 4095, 4096, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff];

    [Test]
    public void ATxTailBeyondTheRingFaultsThePort() => AssertFault(PortFault.TxTail, vm => Store(&vm.Header->TxTail, vm.Header->TxHead + 65));

    [Test]
    public void ATxTailThatGoesBackFaultsThePort() => AssertFault(PortFault.TxTail, vm => Store(&vm.Header->TxTail, vm.Header->TxHead - 1));

    [Test]
    public void AnRxHeadBeyondTheTailFaultsThePort() => AssertFault(
        PortFault.RxHead,
        vm =>
        {
            vm.Send(RingKind.ClockSync, 0);
            Store(&vm.Header->RxHead, vm.Header->RxTail + 10);
        });

    [Test]
    public void AnRxHeadThatGoesBackFaultsThePort() => AssertFault(
        PortFault.RxHead,
        vm =>
        {
            vm.Send(RingKind.ClockSync, 0);
            Store(&vm.Header->RxHead, vm.Header->RxHead - 1);
        });

    [TestCase(RingKind.TxStatus)]
    [TestCase(RingKind.Announce)]
    [TestCase((RingKind)31)]
    [TestCase((RingKind)255)]
    public void AKindThatGuestsDoNotSendFaultsThePort(RingKind kind) => AssertFault(PortFault.Kind, vm => vm.Send(kind, 0));

    [TestCase(RingKind.Frame, 3969u, 128u)]
    [TestCase(RingKind.Frame, 64u, 4033u)]
    [TestCase(RingKind.Frame, 64u, 127u)]
    [TestCase(RingKind.Frame, 64u, 0xffff_ffffu)]
    [TestCase(RingKind.Frame, 0xffff_ffffu, 128u)]
    [TestCase(RingKind.Frame, 0xffff_ff80u, 128u)]
    [TestCase(RingKind.RadioAdd, 49u, 128u)]
    [TestCase(RingKind.RadioAdd, 4u, 4093u)]
    [TestCase(RingKind.RadioAdd, 0xffff_ffffu, 128u)]
    [TestCase(RingKind.RadioAdd, 1u, 0u)]
    public void APayloadThatLeavesItsSlotFaultsThePort(RingKind kind, uint length, uint offset) =>
        AssertFault(PortFault.Length, vm => vm.SendSlot(new TxSlotHeader { Kind = kind, Length = length, Offset = offset }));

    [TestCase(RingKind.Frame)]
    [TestCase(RingKind.RadioAdd)]
    [TestCase(RingKind.AddressDel)]
    [TestCase(RingKind.Hello)]
    public void ARadioNumberOutOfRangeFaultsThePort(RingKind kind) =>
        AssertFault(PortFault.Radio, vm => vm.SendSlot(new TxSlotHeader { Kind = kind, Length = 24, Offset = 128, Radio = Abi.MaxRadios }));

    [Test]
    public void TheLastRadioTheLongestPayloadAndTheLastOffsetAreAllowed()
    {
        using var daemon = new TestDaemon(Isolation.Shared);
        var vm = daemon.Attach();
        vm.AddRadio(Abi.MaxRadios - 1, Address(1));
        vm.SendSlot(new TxSlotHeader { Kind = RingKind.Frame, Radio = Abi.MaxRadios - 1, Length = 3968, Offset = 128 });
        vm.SendSlot(new TxSlotHeader { Kind = RingKind.Frame, Radio = Abi.MaxRadios - 1, Length = 10, Offset = 4086 });
        vm.SendSlot(new TxSlotHeader { Kind = RingKind.Frame, Radio = Abi.MaxRadios - 1, Length = 0, Offset = 4096 });
        vm.SendSlot(new TxSlotHeader { Kind = RingKind.None, Radio = 0xffff, Length = uint.MaxValue, Offset = uint.MaxValue });
        vm.Drain();
        Assert.That(vm.Port.State, Is.EqualTo(PortState.Attached));
        Assert.That(TestDaemon.Count(vm, HostCounter.DropInvalid), Is.EqualTo(1), "too short to be 802.11");
    }

    [Test]
    public void ANameIsShownWithoutItsControlBytes()
    {
        using var daemon = new TestDaemon(Isolation.Shared);
        var vm = daemon.Attach();
        vm.AnnounceRadio(0, Address(1), "\e[2Jphy\r\n0\0é\u202e");
        vm.AnnounceRadio(1, Address(1, 1), "\n\e\a");
        vm.Drain();
        Assert.That(daemon.PortOf(vm).Radios[0]!.Name, Is.EqualTo("2Jphy0"));
        Assert.That(daemon.PortOf(vm).Radios[1]!.Name, Is.EqualTo("radio1"));
        Assert.That(daemon.Log.Events.SelectMany(e => e.Message), Has.None.Matches<char>(char.IsControl));
    }

    [Test]
    public void ANameThatChangesWhileItIsReadHarmsNothing()
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        var vm = daemon.Attach();
        byte[] ascii = [.. Enumerable.Repeat((byte)'a', Abi.NameSize)]; // 48 characters
        byte[] euros = [.. Enumerable.Range(0, Abi.NameSize).Select(i => (byte)(i % 3 == 0 ? 0xe2 : i % 3 == 1 ? 0x82 : 0xac))]; // 16
        byte[][] names = [ascii, euros];
        using var stop = new CancellationTokenSource();
        byte* slots = (byte*)vm.Port.TxSlot(0);
        var scribbler = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                var name = new Span<byte>(slots + ((vm.Header->TxHead & 63) * Abi.SlotSize) + Abi.SlotHeaderSize, Abi.NameSize); // about to be read
                for (int i = 0; i < 100; i++)
                    names[i & 1].CopyTo(name);
            }
        });
        for (int i = 0; i < 100_000; i++)
        {
            vm.Send(RingKind.RadioAdd, 0, Address(1, i & 255), payload: ascii);
            while (vm.TryTake(out _))
                vm.Release(1);
        }
        stop.Cancel();
        scribbler.Wait();
        daemon.AssertEngineAnswers();
        Assert.That(vm.Port.State, Is.EqualTo(PortState.Attached));
    }

    [Test]
    public void AnnouncementsWithoutEndFillNoLog()
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        var vm = daemon.Attach();
        for (int i = 0; i < 3000; i++)
        {
            vm.Send(RingKind.Hello, 0);
            vm.AnnounceRadio(0, Address(1, i & 255), "phy0");
            vm.RemoveRadio(0);
        }
        vm.Drain();
        Deadline.Until(() => daemon.Log.Count("announcements-unlogged") == 1, "one line says that more are left out");
        Assert.That(daemon.Log.Events, Has.Count.LessThan((8 * LogAllowance.Burst) + 100), "as many as 8 VMs may cause: the socket is for 8");
    }

    [Test]
    public void RadiosWithoutEndAreRefusedInTheEnd()
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        var vm = daemon.Attach();
        for (int i = 0; i < RadioRegistry.MaxRadiosEver + 100; i++)
            vm.AnnounceRadio(0, new MacAddress(0x0200_0000_0000UL + (ulong)i), "phy0");
        vm.Drain();
        Assert.That(TestDaemon.Count(vm, HostCounter.Refused), Is.EqualTo(100));
    }

    [TestCase(100)]
    [TestCase(5000, Explicit = true, Category = "Nightly", Reason = "takes a quarter of an hour")]
    public void AnySlotHeaderAtAllHarmsNobodyElse(int runs)
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        var a = daemon.Attach(Address(1));
        var b = daemon.Attach(Address(2));
        var hostile = daemon.Attach(Address(3));
        uint number = 0;
        Gen.Select(Gen.Byte, Gen.Byte, Gen.UShort, Gen.UInt, Gen.UInt, Gen.ULong, Gen.Byte.Array).Array.Sample(
            slots =>
            {
                foreach (var (kind, flags, radio, length, offset, cookie, tail) in slots)
                {
                    if (hostile.Port.State == PortState.Faulted || !hostile.Port.Tx.HasFree(1))
                    {
                        hostile.Dispose();
                        hostile = daemon.Attach(Address(3));
                    }
                    var header = new TxSlotHeader
                    {
                        Kind = (RingKind)(kind % 16),
                        Flags = flags,
                        Radio = (ushort)(radio % 80),
                        Length = length,
                        Offset = 120 + offset,
                        Cookie = cookie,
                        CapturedNs = cookie,
                        FreqMhz = length * offset,
                    };
                    for (int i = 0; i < Math.Min(tail.Length, 26); i++)
                        header.Rates[i] = tail[i]; // rates, their flags and the address lie in a row
                    hostile.SendSlot(header);
                }
                AssertHonestTalk(a, b, ref number);
            },
            iter: runs,
            threads: 1);
        daemon.AssertEngineAnswers();
    }

    [TestCase(Isolation.PerVm, 1)]
    [TestCase(Isolation.PerVm, 2)]
    [TestCase(Isolation.Shared, 3)]
    [TestCase(Isolation.Shared, 4)]
    public void ScribblingAllOverItsMemoryHarmsNeitherTheDaemonNorVmsWithMemoryOfTheirOwn(Isolation isolation, int seed)
    {
        const int Lives = 60;
        using var daemon = new TestDaemon(isolation);
        using var tap = new FrameTap();
        daemon.Daemon.Engine.AddTap(tap);
        byte[] copy = new byte[64];
        var a = daemon.Attach(Address(1));
        var b = daemon.Attach(Address(2));
        uint number = 0;
        var random = new Random(seed);
        int descriptors = 0;
        long memory = 0;
        for (int life = 0; life < Lives; life++)
        {
            if (life == Lives / 4)
                (descriptors, memory) = Footprint();
            var hostile = daemon.Connect();
            if (hostile.IsRefused)
            {
                // Shared: the other VMs' ports are damaged, too; take them off, as their operator would.
                Assert.That(isolation, Is.EqualTo(Isolation.Shared));
                hostile.Dispose();
                continue;
            }
            Scribble(hostile, random, isolation == Isolation.Shared, () =>
            {
                if (isolation == Isolation.PerVm)
                    AssertHonestTalk(a, b, ref number);
                while (tap.TryTake(copy, out _))
                {
                }
            });
            hostile.Dispose();
            Deadline.Until(() => daemon.Daemon.Engine.Ports.Count <= 2, "the hostile one is gone");
            daemon.AssertEngineAnswers();
            Assert.That(daemon.Daemon.Snapshots.Take(), Is.Not.Null);
        }
        (int descriptorsAfter, long memoryAfter) = Footprint();
        Assert.That(descriptorsAfter, Is.LessThanOrEqualTo(descriptors + 3));
        Assert.That(memoryAfter, Is.LessThan(memory + 8_000_000));
        Assert.That(daemon.Log.Count("vm-faulted"), Is.LessThanOrEqualTo(Lives + 2), "a fault is told once");
        if (isolation == Isolation.PerVm)
            AssertHonestTalk(a, b, ref number);
        tap.IsClosed = true;
        daemon.AssertEngineAnswers();
    }

    [TestCase(Isolation.PerVm)]
    [TestCase(Isolation.Shared)]
    public void WordsThatChangeWhileTheEngineReadsThemHarmNothing(Isolation isolation)
    {
        using var daemon = new TestDaemon(isolation);
        var a = daemon.Attach(Address(1));
        var b = daemon.Attach(Address(2));
        uint number = 0;
        for (int life = 0; life < 30; life++)
        {
            var hostile = daemon.Connect();
            using var stop = new CancellationTokenSource();
            var header = hostile.Header;
            byte* slots = (byte*)hostile.Port.TxSlot(0);
            var scribbler = Task.Run(() =>
            {
                var random = new Random(life);
                while (!stop.IsCancellationRequested)
                {
                    byte* slot = slots + (random.Next(64) * Abi.SlotSize);
                    *(ulong*)(slot + (8 * random.Next(8))) = Word(random);
                    ((TxSlotHeader*)slot)->Kind = (RingKind)random.Next(1, 10);
                    if (life % 2 == 0)
                        Store(&header->RxHead, Volatile.Read(ref header->RxTail) - (uint)random.Next(3));
                    if (life % 3 == 0)
                        Store(&header->RxAvailEvent, (uint)random.Next(2000));
                }
            });
            for (int i = 0; i < 3000 && hostile.Port.State == PortState.Attached; i++)
            {
                uint head = Volatile.Read(ref header->TxHead);
                Store(&header->TxTail, head + (uint)(i % 65));
                hostile.Ring();
            }
            stop.Cancel();
            scribbler.Wait();
            AssertHonestTalk(a, b, ref number);
            hostile.Dispose();
            Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 2, "it is gone");
        }
        daemon.AssertEngineAnswers();
    }

    [Test]
    public void ScribblingAtAPortThatIsBeingAttachedDoesNotHoldTheEngineUp()
    {
        using var daemon = new TestDaemon(Isolation.Shared);
        var hostile = daemon.Attach();
        int victim = hostile.Port.Index + 1;
        var header = (PortHeader*)(hostile.Memory.Address + RegionGeometry.PortsOffset + ((ulong)victim * hostile.Region!.Geometry.PortStride));
        using var stop = new CancellationTokenSource();
        var scribbler = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                Store(&header->RxTail, 0xf000_0000);
                Store(&header->RxHead, 0x1000_0000);
                Store(&header->TxHead, 0x8000_0000);
            }
        });
        for (int i = 0; i < 300; i++) // the words are read within a microsecond; not every life hits it
        {
            using var vm = daemon.Connect();
            vm.Ring();
            daemon.AssertEngineAnswers();
            vm.Kill();
            Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 1, "it is gone");
        }
        stop.Cancel();
        scribbler.Wait();
        Assert.That(hostile.Drain(), Is.Empty);
    }

    [TestCase(2u << 16)]
    [TestCase(0u)]
    public void AGuestOfAnotherAbiFaultsThePort(uint version) => AssertFault(PortFault.AbiVersion, vm =>
    {
        Store(&vm.Header->GuestAbiVersion, version);
        vm.Send(RingKind.Hello, 0);
    });

    [Test]
    public void AGuestOfAnotherMinorAbiIsServed()
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        var vm = daemon.Attach();
        vm.Hello();
        Store(&vm.Header->GuestAbiVersion, Abi.Version + 7);
        vm.Send(RingKind.Hello, 0);
        vm.Drain();
        Assert.That(vm.Port.State, Is.EqualTo(PortState.Attached));
    }

    private static void AssertFault(PortFault fault, Action<SimulatedGuest> crime)
    {
        using var daemon = new TestDaemon(Isolation.Shared);
        var honest = daemon.Attach(Address(1));
        var peer = daemon.Attach(Address(2));
        var hostile = daemon.Attach(Address(3), Address(3, 1));
        honest.SendFrame(0, Data(Address(3), Address(1)), TxFlags.NoAck); // which it never gives back
        honest.Drain();

        crime(hostile);
        hostile.Ring();
        Deadline.Until(() => hostile.Port.State == PortState.Faulted, "the fault");

        Assert.That(hostile.Port.Fault, Is.EqualTo(fault));
        Assert.That(daemon.PortOf(hostile).Fault, Is.EqualTo(fault));
        Assert.That(daemon.Daemon.Snapshots.Take().Vms.Single(v => v.PeerId == hostile.PeerId).State, Is.EqualTo($"faulted: {fault}"));
        Assert.That(daemon.Daemon.Engine.Radios.Radios.Select(r => r.Port.Offer.PeerId), Is.EquivalentTo(new[] { honest.PeerId, peer.PeerId }));
        honest.SendFrame(0, Data(Address(3), Address(1)));
        honest.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(
            honest.Drain().Select(r => r.Descriptor.Flags),
            Is.EqualTo(new[] { TxFlags.RequestStatus, TxFlags.RequestStatus | TxFlags.Acked }));
        Assert.That(peer.Drain(), Has.Count.EqualTo(1));
        Deadline.Until(() => honest.Port.Tx.RefreshHead() && honest.Port.Tx.InUse == 0, "what the faulted port held came back");
        Deadline.Until(() => daemon.Log.Count("vm-faulted") == 1, "people are told");
        hostile.Ring();
        crime(hostile);
        hostile.Ring();
        honest.Drain();
        Assert.That(daemon.Log.Count("vm-faulted"), Is.EqualTo(1), "once");
    }

    private static void AssertHonestTalk(SimulatedGuest a, SimulatedGuest b, ref uint number)
    {
        b.Drain(); // a receiver that was silent for two seconds acknowledges what it has taken, and this one takes nothing before the status
        for (int i = 0; i < 20; i++, number++)
        {
            byte[] frame = Numbered(Address(2), Address(1), number, 300);
            for (int attempt = 0; !IsAcked(a, frame, number); attempt++)
            {
                Assert.That(attempt, Is.LessThan(1000), "the frame is received in the end");
                b.Drain(); // the hostile one is on the medium, too, and may have filled our pool
            }
            Received received;
            do
                received = b.Receive();
            while (!received.Payload.AsSpan().SequenceEqual(frame));
        }
    }

    private static bool IsAcked(SimulatedGuest vm, byte[] frame, ulong cookie)
    {
        vm.Drain();
        vm.SendFrame(0, frame, cookie: cookie);
        return vm.Drain()
            .Single(r => r.Descriptor.Kind == RingKind.TxStatus && r.Descriptor.Cookie == cookie).Descriptor.Flags.HasFlag(TxFlags.Acked);
    }

    /// <summary>A guest's life: a few honest words, then anything anywhere.</summary>
    private static void Scribble(SimulatedGuest vm, Random random, bool everywhere, Action between)
    {
        vm.Hello();
        for (ushort radio = 0; radio < 3; radio++)
            vm.AddRadio(radio, Address(3, radio), random.Next(2) == 0 ? RadioFlags.Monitor : RadioFlags.None);
        var geometry = vm.Region!.Geometry;
        var header = vm.Header;
        uint*[] words =
            [&header->TxTail, &header->TxFreeEvent, &header->RxHead, &header->RxAvailEvent, (uint*)&header->GuestState, &header->GuestAbiVersion];
        for (int i = 0; i < 400; i++)
        {
            switch (random.Next(10))
            {
                case 0:
                    Store(words[random.Next(words.Length)], (uint)Word(random));
                    break;
                case 1:
                    Store(&header->RxHead, Volatile.Read(ref header->RxTail)); // allowed
                    break;
                case < 6:
                    var slot = (TxSlotHeader*)vm.Port.TxSlot(Volatile.Read(ref header->TxTail));
                    for (int word = random.Next(8); word >= 0; word--)
                        ((ulong*)slot)[random.Next(8)] = Word(random);
                    slot->Kind = (RingKind)random.Next(12);
                    if (random.Next(8) != 0)
                        (slot->Length, slot->Offset, slot->Radio) = ((uint)random.Next(48), (uint)random.Next(128, 2000), (ushort)random.Next(4));
                    Store(&header->TxTail, Volatile.Read(ref header->TxTail) + 1);
                    break;
                case 6:
                    ((ulong*)header)[random.Next(Abi.PortHeaderSize / 8)] = Word(random); // the host's words of its port, too
                    break;
                case 7:
                    ((ulong*)((byte*)header + geometry.RxOffset))[random.Next((int)((geometry.PoolOffset - geometry.RxOffset) / 8))] = Word(random);
                    break;
                case 8 when everywhere:
                    ((ulong*)vm.Memory.Address)[random.Next((int)(vm.Memory.Size / 8))] = Word(random);
                    break;
                case 9 when everywhere:
                    ulong port = (ulong)random.Next((int)geometry.Ports);
                    ((ulong*)(vm.Memory.Address + RegionGeometry.PortsOffset + (port * geometry.PortStride)))[random.Next(Abi.PortHeaderSize / 8)] =
                        Word(random);
                    break;
                default:
                    vm.Ring();
                    break;
            }
            if (i % 40 == 0)
                between();
        }
        vm.Ring();
        between();
    }

    private static ulong Word(Random random) => random.Next(3) switch
    {
        0 => EdgeWords[random.Next(EdgeWords.Length)] | ((ulong)EdgeWords[random.Next(EdgeWords.Length)] << 32),
        1 => (ulong)random.Next(200),
        _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
    };

    private static (int Descriptors, long Memory) Footprint() =>
        (Directory.GetFileSystemEntries("/proc/self/fd").Length, GC.GetTotalMemory(forceFullCollection: true));

    private static void Store(uint* word, uint value) => Volatile.Write(ref *word, value);
}
