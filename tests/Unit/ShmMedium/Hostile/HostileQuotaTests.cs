using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Medium;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Hostile;

/// <summary>What all VMs share, and one tries to take.</summary>
public sealed class HostileQuotaTests
{
    [TestCase(0u)]
    [TestCase(2412u)]
    [TestCase(0xffff_ffffu)]
    public void OneVmCannotTakeAllHeldFrames(uint freqMhz)
    {
        using var daemon = new TestDaemon(Isolation.PerVm, "{ ports: 8, txSlots: 1024, rxDescriptors: 1024, poolSlots: 256 }");
        daemon.Daemon.Engine.ApplyAsync(new SetTiming(Timing.Airtime)).GetAwaiter().GetResult();
        var a = daemon.Attach(5180, Address(1));
        var b = daemon.Attach(5180, Address(2));
        MacAddress[] radios = [.. Enumerable.Range(0, Abi.MaxRadios).Select(i => Address(3, i))];
        var hog = daemon.Attach(radios);
        for (int i = 0; i < 2 * HeldFrames.Capacity; i++)
        {
            int radio = i % radios.Length;
            hog.SendFrame((ushort)radio, Data(MacAddress.Broadcast, radios[radio], new byte[1500]), TxFlags.NoAck, freqMhz: freqMhz);
        }
        hog.Drain();

        Assert.That(daemon.PortOf(hog).HeldFrames, Is.LessThanOrEqualTo(HeldFrames.Capacity / 2));
        for (int i = 0; i < 50; i++)
        {
            a.SendFrame(0, Data(Address(2), Address(1), (byte)i), freqMhz: 5180);
            while (a.Receive().Descriptor is { Kind: not RingKind.TxStatus })
            {
            }
            Assert.That(NextOf(b, Address(1))[^1], Is.EqualTo(i), "another channel");
        }
    }

    [Test]
    public void OneSenderCannotFillAReceiversRing()
    {
        using var daemon = new TestDaemon(Isolation.PerVm);
        var a = daemon.Attach(Address(1));
        var b = daemon.Attach(Address(2));
        var hog = daemon.Attach(Address(3));
        for (int i = 0; i < 500; i++)
            hog.SendFrame(0, Data(MacAddress.Broadcast, Address(3)), TxFlags.NoAck);
        hog.Drain();
        a.SendFrame(0, Data(Address(2), Address(1), 42), TxFlags.NoAck);
        a.Drain();
        Assert.That(b.Drain().Where(r => r.Descriptor.Kind == RingKind.Frame).Select(r => r.Payload[^1]).Last(), Is.EqualTo(42));
    }

    [Test]
    public void FramesOfARadioThatWasRefusedHaveAStatus()
    {
        using var daemon = new TestDaemon(Isolation.PerVm, vms: [("ap", 1)]);
        var ap = daemon.Connect("ap");
        ap.Hello();
        ap.AddRadio(0, Address(1));
        ap.AddRadio(1, Address(1, 1));
        ap.SendFrame(1, Data(Address(9), Address(1, 1)), cookie: 5);
        var status = ap.Receive().Descriptor;
        Assert.That(
            (status.Kind, status.Radio, status.Cookie, status.Flags),
            Is.EqualTo((RingKind.TxStatus, (ushort)1, 5UL, TxFlags.RequestStatus)));
        ap.SendFrame(1, Data(MacAddress.Broadcast, Address(1, 1)), cookie: 6);
        ap.SendFrame(1, Data(Address(9), Address(1, 1)), TxFlags.NoAck, cookie: 7);
        Assert.That(ap.Drain(), Is.Empty, "the guest completes these itself");
        Assert.That(TestDaemon.Count(ap, HostCounter.DropInvalid), Is.EqualTo(3));
        Assert.That(daemon.Log.Count("radio-refused"), Is.EqualTo(1), "and is told of in the log");
    }

    [TestCase(RingKind.Hello)]
    [TestCase(RingKind.RadioDel)]
    public void FramesThatWaitWhenTheirRadioGoesHaveAStatus(RingKind end)
    {
        const int Frames = 40;
        using var daemon = new TestDaemon(Isolation.PerVm);
        daemon.Daemon.Engine.ApplyAsync(new SetTiming(Timing.Airtime)).GetAwaiter().GetResult();
        var a = daemon.Attach(Address(1));
        daemon.Attach(Address(2));
        for (ulong i = 0; i < Frames; i++)
            a.SendFrame(0, Data(Address(2), Address(1), new byte[1500]), cookie: i);
        a.Send(end, 0);
        HashSet<ulong> told = [];
        while (told.Count < Frames)
        {
            var descriptor = a.Receive().Descriptor;
            if (descriptor.Kind == RingKind.TxStatus)
                Assert.That(told.Add(descriptor.Cookie), $"frame {descriptor.Cookie} once");
        }
        Assert.That(daemon.PortOf(a).HeldFrames, Is.Zero);
    }

    private static byte[] NextOf(SimulatedGuest vm, MacAddress transmitter)
    {
        Received received;
        do
            received = vm.Receive();
        while (received.Descriptor.Kind != RingKind.Frame || !received.Payload.AsSpan(FrameView.Addr2Offset, 6).SequenceEqual(Octets(transmitter)));
        return received.Payload;
    }

    private static byte[] Octets(MacAddress address)
    {
        byte[] octets = new byte[MacAddress.Length];
        address.CopyTo(octets);
        return octets;
    }
}
