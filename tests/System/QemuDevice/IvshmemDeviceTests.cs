using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.System.QemuDevice;

/// <summary>Our ivshmem server and the ivshmem-doorbell device of the installed QEMU.</summary>
[TestFixture("shared")]
[TestFixture("per-vm")]
public unsafe class IvshmemDeviceTests(string isolation)
{
    private const ulong MessageAddress = 0x10_0000; // RAM
    private const uint Message = 0x5741_4b45;
    private string _folder = "";
    private MediumProcess _medium = null!;

    private string SocketPath => Path.Combine(_folder, "medium.sock");

    [OneTimeSetUp]
    public void StartMedium()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-device").FullName;
        _medium = MediumProcess.StartIn(_folder, "--socket", SocketPath, "--isolation", isolation);
    }

    [OneTimeTearDown]
    public void StopMedium()
    {
        Assert.That(_medium.Stop(), Is.Zero);
        _medium.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void TheDeviceHasOurRegionAndOurPeerIdAndNoLegacyInterrupt()
    {
        using var device = new IvshmemDevice(SocketPath);

        Assert.That(device.HasNoInterruptPin, Is.True);
        Assert.That(device.RegionSize, Is.EqualTo((new RegionGeometry() with { Ports = isolation == "shared" ? 16u : 1 }).RegionSize));
        Assert.That(device.Cpu.ReadQ(IvshmemDevice.RegionAt(0)), Is.EqualTo(Abi.Magic));
        Assert.That(device.IvPosition, Is.Positive);
        Assert.That(PortOffset(device), Is.Positive, "the port table has our peer ID");
        Assert.That(_medium.Error, Does.Contain($"peer {device.IvPosition}, QEMU pid {device.Pid}"));
    }

    [Test]
    public void WhatTheGuestWritesIsInTheMemoryThatOthersMapIfAndOnlyIfItIsShared()
    {
        bool isShared = isolation == "shared";
        using var device = new IvshmemDevice(SocketPath);
        using var vm = SimulatedGuest.Connect(SocketPath);
        ulong last = device.RegionSize - 8;

        device.Cpu.Write(IvshmemDevice.RegionAt(last), "written!"u8);
        Assert.That(new ReadOnlySpan<byte>(vm.Memory.Address + last, 8).SequenceEqual("written!"u8), Is.EqualTo(isShared));

        "answered"u8.CopyTo(new Span<byte>(vm.Memory.Address + last, 8));
        Assert.That(device.Cpu.Read(IvshmemDevice.RegionAt(last), 8), isShared
            ? Is.EqualTo("answered"u8.ToArray())
            : Is.EqualTo("written!"u8.ToArray()));
    }

    [Test]
    public void TheGuestsDoorbellWakesTheEngine()
    {
        using var device = new IvshmemDevice(SocketPath);
        using var vm = Attach(2);
        var guest = new QtestGuest(device, PortOffset(device));
        guest.Hello();
        guest.Send(QtestGuest.RadioAdd(Address(1)), "phy0"u8);
        byte[] frame = Numbered(Address(2), Address(1), 42, 600);

        for (uint i = 0; i < 20; i++)
        {
            guest.Send(new TxSlotHeader { Kind = RingKind.Frame, Flags = (byte)TxFlags.NoAck, FreqMhz = 2412 }, frame);
            device.Ring(0);
            Assert.That(vm.Receive().Payload, Is.EqualTo(frame));
        }
        Assert.That(guest.TxHead, Is.GreaterThan(2));
    }

    [Test]
    public void TheDaemonsDoorbellIsTheMessageThatTheGuestChose()
    {
        using var device = new IvshmemDevice(SocketPath);
        var guest = new QtestGuest(device, PortOffset(device));
        device.EnableMsix(MessageAddress, Message, isMasked: false);
        Assert.That(device.Cpu.ReadL(MessageAddress), Is.Zero);

        guest.Send(new TxSlotHeader { Kind = RingKind.ClockSync, Cookie = 7 });
        device.Ring(0);

        Deadline.Until(() => device.Cpu.ReadL(MessageAddress) == Message, "the MSI-X message");
        Assert.That(guest.RxTail, Is.EqualTo(1), "and what it tells of is there");
    }

    [Test]
    public void AnInterruptOfAMaskedVectorStaysPending()
    {
        using var device = new IvshmemDevice(SocketPath);
        var guest = new QtestGuest(device, PortOffset(device));
        device.EnableMsix(MessageAddress, Message, isMasked: true);
        Assert.That(device.IsPending, Is.False);

        guest.Send(new TxSlotHeader { Kind = RingKind.ClockSync });
        device.Ring(0);

        Deadline.Until(() => device.IsPending, "the pending bit");
        Assert.That(device.Cpu.ReadL(MessageAddress), Is.Zero);
        device.Unmask();
        Assert.That(device.Cpu.ReadL(MessageAddress), Is.EqualTo(Message));
    }

    [Test]
    public void DoorbellsForPeersThatAreNotThereHarmNothing()
    {
        using var device = new IvshmemDevice(SocketPath);
        foreach (ushort peer in (ushort[])[0, 1, 2, (ushort)(device.IvPosition + 1), 0x7fff, 0xffff])
        {
            foreach (ushort vector in (ushort[])[0, 1, 255, 256, 0xffff])
                device.Ring(peer, vector);
        }
        Assert.That(device.IvPosition, Is.Positive);
        using var vm = Attach(2);
        Assert.That(vm.Drain(), Is.Empty);
    }

    [Test]
    public void VmsAreKilledAndStartedWhileOthersTalkAndNothingIsLeftBehind()
    {
        using var a = Attach(1);
        using var b = Attach(2);
        using var stop = new CancellationTokenSource();
        var talk = Task.Run(() =>
        {
            uint number = 0;
            for (; !stop.IsCancellationRequested; number++)
            {
                byte[] frame = Numbered(Address(2), Address(1), number, 300);
                a.SendFrame(0, frame, TxFlags.NoAck);
                byte[] received;
                do
                    received = b.Receive().Payload;
                while (!received.AsSpan().SequenceEqual(frame));
                Thread.Sleep(1);
            }
            return number;
        });
        int descriptors = 0;
        int memfds = 0;
        try
        {
            KillAndStart();
        }
        finally
        {
            stop.Cancel();
            ((IAsyncResult)talk).AsyncWaitHandle.WaitOne();
        }
        Assert.That(talk.Result, Is.Positive);
        Deadline.Until(() =>
            _medium.Descriptors.Count <= descriptors, $"no more than {descriptors} descriptors: {string.Join(' ', _medium.Descriptors)}");
        Deadline.Until(() => Memfds() <= memfds, "the regions of the dead are freed");

        void KillAndStart()
        {
            for (int i = 0; i < 30; i++)
            {
                if (i == 3)
                    (descriptors, memfds) = (_medium.Descriptors.Count, Memfds());
                Task<int>[] lives = [.. Enumerable.Range(3, 2).Select(number => Task.Run(() => Live(number)))];
                Task.WaitAll(lives);
                Assert.That(lives.Select(l => l.Result), Is.All.EqualTo(128 + 9), "QEMU died by our signal and by nothing else");
                int gone = 2 * (i + 1);
                Deadline.Until(() => Count("gone") >= gone, "the daemon noticed");
            }
        }

        int Count(string word) => _medium.Error.Split('\n').Count(l => l.EndsWith(word, StringComparison.Ordinal)) - _goneBefore;

        int Memfds() => _medium.Descriptors.Count(d => d.StartsWith("/memfd:shmwifi", StringComparison.Ordinal));
    }

    private int _goneBefore;

    [SetUp]
    public void CountTheGone() => _goneBefore = _medium.Error.Split('\n').Count(l => l.EndsWith("gone", StringComparison.Ordinal));

    private int Live(int number)
    {
        using var device = new IvshmemDevice(SocketPath);
        var guest = new QtestGuest(device, PortOffset(device));
        guest.Hello();
        guest.Send(QtestGuest.RadioAdd(Address(number)), "phy0"u8);
        guest.Send(new TxSlotHeader { Kind = RingKind.Frame, Flags = (byte)TxFlags.NoAck, FreqMhz = 2412 },
            Data(Dot11.Frames.MacAddress.Broadcast, Address(number), 1, 2, 3));
        device.Ring(0);
        return device.Kill();
    }

    private SimulatedGuest Attach(int number)
    {
        var vm = SimulatedGuest.Connect(SocketPath);
        vm.Hello();
        vm.AddRadio(0, Address(number));
        vm.Drain();
        return vm;
    }

    private static ulong PortOffset(IvshmemDevice device)
    {
        ulong ports = device.Cpu.ReadL(IvshmemDevice.RegionAt(0x28));
        ulong stride = device.Cpu.ReadQ(IvshmemDevice.RegionAt(0x40));
        for (ulong port = 0; port < ports; port++)
        {
            if (device.Cpu.ReadL(IvshmemDevice.RegionAt(Abi.PortTableOffset + (port * (ulong)sizeof(PortEntry)))) == device.IvPosition)
                return RegionGeometry.PortsOffset + (port * stride);
        }
        throw new AssertionException("the port table does not know the VM");
    }
}
