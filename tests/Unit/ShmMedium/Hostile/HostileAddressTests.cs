using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Radios;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Hostile;

/// <summary>A VM has the addresses that its configuration allows and that no other VM has.</summary>
public sealed class HostileAddressTests
{
    [TestCase(Timing.Instant)]
    [TestCase(Timing.Airtime)]
    public void WhoAnnouncesAnothersAddressGetsNeitherFramesNorAcks(Timing timing)
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        daemon.Daemon.Engine.ApplyAsync(new SetTiming(timing)).GetAwaiter().GetResult();
        var sender = daemon.Attach(Address(1));
        var owner = daemon.Attach(Address(2));
        var thief = daemon.Attach(Address(2));

        for (int i = 0; i < 20; i++)
        {
            sender.SendFrame(0, Data(Address(2), Address(1), (byte)i));
            Assert.That(sender.Receive().Descriptor.Flags.HasFlag(TxFlags.Acked));
            Assert.That(owner.Receive().Payload[^1], Is.EqualTo(i));
        }
        Assert.That(thief.Drain(), Is.Empty);
        Assert.That(TestDaemon.Count(thief, HostCounter.Refused), Is.EqualTo(1));
        Assert.That(daemon.Log.Count("address-refused"), Is.EqualTo(1));

        owner.Kill();
        Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 2, "the owner is gone");
        daemon.AssertEngineAnswers();
        sender.SendFrame(0, Data(Address(2), Address(1), 99));
        Assert.That(thief.Receive().Payload[^1], Is.EqualTo(99), "it waited for the address, and has it now");
    }

    [Test]
    public void ACloneThatIsAllowedDelaysNobodysAcksWhenItStops()
    {
        using var daemon = new TestDaemon(Isolation.PerVm, "{ ports: 8, txSlots: 64, rxDescriptors: 512, poolSlots: 256 }", spoofing: true);
        var sender = daemon.Attach(Address(1));
        var clone = daemon.Attach(Address(2));
        var owner = daemon.Attach(Address(2));
        for (int i = 0; i < 100; i++) // far more than the clone, which takes nothing, may be behind
        {
            sender.SendFrame(0, Data(Address(2), Address(1), (byte)i));
            long start = Environment.TickCount64;
            Assert.That(sender.Receive().Descriptor.Flags.HasFlag(TxFlags.Acked), "the owner answers");
            Assert.That(Environment.TickCount64 - start, Is.LessThan(500), "at once, and not after the second that a silent receiver gets");
            Assert.That(owner.Receive().Payload[^1], Is.EqualTo(i));
        }
        Assert.That(clone.Port.Rx.CountReady(), Is.Positive, "the clone is on the medium, too");
    }

    [Test]
    public void WhoSendsAsAnotherIsNotSent()
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        var ap = daemon.Attach(Address(1));
        var station = daemon.Attach(Address(2));
        var forger = daemon.Attach(Address(3));
        byte[] deauthentication = Data(Address(2), Address(1));
        deauthentication[0] = 0xc0;
        for (ulong i = 0; i < 3; i++)
        {
            forger.SendFrame(0, deauthentication, cookie: i);
            var status = forger.Receive().Descriptor;
            Assert.That((status.Kind, status.Cookie, status.Flags), Is.EqualTo((RingKind.TxStatus, i, TxFlags.RequestStatus)));
        }
        Assert.That(TestDaemon.Count(forger, HostCounter.DropTransmitter), Is.EqualTo(3));
        Assert.That(daemon.Log.Count("transmitter-refused"), Is.EqualTo(1), "told once");
        Assert.That(station.Drain(), Is.Empty);

        forger.SendFrame(0, Data(Address(2), new MacAddress(0x0a11_2233_4455)), cookie: 7); // nobody's: a randomised address of a scan, say
        Assert.That(forger.Receive().Descriptor.Flags.HasFlag(TxFlags.Acked));
        ap.SendFrame(0, deauthentication);
        Assert.That(ap.Receive().Descriptor.Flags.HasFlag(TxFlags.Acked), "its own it may send");
        Assert.That(station.Drain(), Has.Count.EqualTo(2));
    }

    [Test]
    public void WhereSpoofingIsAllowedFramesAreSentAsAnother()
    {
        using var daemon = new TestDaemon(Isolation.PerVm, spoofing: true);
        daemon.Attach(Address(1));
        var station = daemon.Attach(Address(2));
        var attacker = daemon.Attach(Address(3));
        attacker.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(attacker.Receive().Descriptor.Flags.HasFlag(TxFlags.Acked));
        Assert.That(station.Drain(), Has.Count.EqualTo(1));
    }

    [Test]
    public void DefaultAddressesAreTheVmsOfTheirPeerIdBeforeItCame()
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        var thief = daemon.Attach();
        var next = DefaultAddress.Of(thief.PeerId + 1, 0);
        thief.AddRadio(0, next);
        thief.AddAddress(0, DefaultAddress.Of(thief.PeerId, 0));
        thief.Drain();
        Assert.That(daemon.PortOf(thief).Radios[0]!.Addresses, Is.EqualTo(new[] { DefaultAddress.Of(thief.PeerId, 0) }));
        var owner = daemon.Attach(next);
        Assert.That(daemon.PortOf(owner).Radios[0]!.Addresses, Is.EqualTo(new[] { next }));
    }

    /// <summary>As hostapd gives to the links of an MLD.</summary>
    [Test]
    public void ARandomAddressThatBeginsAsDefaultOnesDoIsNobodys()
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        var ap = daemon.Attach(Address(1));
        var link = new MacAddress(0x0253_572d_fa33);
        ap.AddAddress(0, link);
        ap.Drain();
        Assert.That(daemon.PortOf(ap).Radios[0]!.Addresses, Does.Contain(link));
        var station = daemon.Attach(Address(2));
        ap.SendFrame(0, Data(Address(2), link), cookie: 1);
        Assert.That(ap.Receive().Descriptor.Flags.HasFlag(TxFlags.Acked));
        station.SendFrame(0, Data(link, Address(2)), cookie: 2);
        var acked = station.Drain().Where(r => r.Descriptor.Flags.HasFlag(TxFlags.Acked)).Select(r => r.Descriptor.Cookie);
        Assert.That(acked, Does.Contain(2ul));
    }

    /// <summary>It borrowed it.</summary>
    [Test]
    public void WhoHasTheDefaultAddressOfALaterVmLosesItWhenThatComes()
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        var first = daemon.Attach(Address(1));
        var address = DefaultAddress.Of(first.PeerId + 2, 0);
        first.AddAddress(0, address);
        first.Drain();
        Assert.That(daemon.PortOf(first).Radios[0]!.Addresses, Does.Contain(address));
        daemon.Attach(Address(2));
        var owner = daemon.Attach(address);
        Assert.That(DefaultAddress.Of(owner.PeerId, 0), Is.EqualTo(address));
        Assert.That(daemon.PortOf(owner).Radios[0]!.Addresses, Is.EqualTo(new[] { address }));
        Assert.That(daemon.PortOf(first).Radios[0]!.Addresses, Is.EqualTo(new[] { Address(1) }));
        first.SendFrame(0, Data(Address(2), address), cookie: 1);
        first.Receive();
        Assert.That(TestDaemon.Count(first, HostCounter.DropTransmitter), Is.EqualTo(1));
    }

    [Test]
    public void AVmWithAListOfAddressesHasThoseAlone()
    {
        const string Keys = "addresses: [\"02:00:00:00:01:00\", \"0a:bb\"]";
        using var daemon = new TestDaemon(Isolation.PerVm, vmKeys: Keys, vms: [("ap", 4)]);
        var ap = daemon.Connect("ap");
        ap.Hello();
        ap.AddRadio(0, Address(1));
        ap.AddAddress(0, new MacAddress(0x0abb_0000_0001));
        ap.AddAddress(0, Address(2));
        ap.Drain();
        Assert.That(daemon.PortOf(ap).Radios[0]!.Addresses, Is.EqualTo(new[] { Address(1), new MacAddress(0x0abb_0000_0001) }));
        ap.SendFrame(0, Data(Address(9), Address(2)), cookie: 1);
        ap.Receive();
        Assert.That(TestDaemon.Count(ap, HostCounter.DropTransmitter), Is.EqualTo(1));
    }

    [Test]
    public unsafe void ACopyHasTheAddressesThatWereChecked()
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        daemon.Attach(Address(1));
        var station = daemon.Attach(Address(2));
        var forger = daemon.Attach(Address(3));
        byte[] honest = Data(Address(2), Address(3), new byte[1000]);
        using var stop = new CancellationTokenSource();
        byte* slots = (byte*)forger.Port.TxSlot(0);
        var scribbler = Task.Run(() =>
        {
            byte value = 0;
            while (!stop.IsCancellationRequested)
            {
                value ^= 3 ^ 1; // Address(3), Address(1)
                for (int slot = 0; slot < 64; slot++)
                    slots[(slot * Abi.SlotSize) + Abi.SlotHeaderSize + FrameView.Addr2Offset + 4] = value == 0 ? (byte)3 : (byte)1;
            }
        });
        for (int i = 0; i < 20_000; i++)
        {
            forger.SendFrame(0, honest, TxFlags.NoAck);
            while (station.TryReceive(out var received))
                Assert.That(received.Payload[FrameView.Addr2Offset + 4], Is.EqualTo(3));
        }
        stop.Cancel();
        scribbler.Wait();
    }
}
