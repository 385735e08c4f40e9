using System.Numerics;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Medium.Faults;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>Injected faults.</summary>
public class FaultTests
{
    private TestDaemon _daemon = null!;
    private SimulatedGuest[] _vms = [];

    private SimulatedGuest A => _vms[0];

    private SimulatedGuest B => _vms[1];

    private SimulatedGuest C => _vms[2];

    [SetUp]
    public void SetUp()
    {
        _daemon = new TestDaemon(Isolation.Shared);
        _vms = [_daemon.Attach(Address(1)), _daemon.Attach(Address(2)), _daemon.Attach(Address(3))];
    }

    [TearDown]
    public void TearDown() => _daemon.Dispose();

    [Test]
    public void DropsTheNextThreeFramesToOneAndNoneToOthers()
    {
        Order(new("f", new FrameMatch { To = RadioPattern.Of("vm2") }, new DropFault()) { Count = 3 });
        List<bool> toB = [], toC = [];
        for (int i = 0; i < 5; i++)
        {
            toB.Add(IsAcked(2));
            toC.Add(IsAcked(3));
        }
        Assert.That(toB, Is.EqualTo(new[] { false, false, false, true, true }));
        Assert.That(toC, Is.All.True);
        Assert.That(B.Drain(), Has.Count.EqualTo(2), "at no attempt of the first three");
        Assert.That(Faults.Single().Hits, Is.EqualTo(3));
        Assert.That(Faults.Single().IsOver, Is.True);
    }

    [TestCase("data", 1)]
    [TestCase("beacon", 0)]
    [TestCase("management", 0)]
    [TestCase("eapol", 0)]
    public void HitsOnlyTheKindsThatItNames(string kind, int hits)
    {
        Order(new("f", new FrameMatch { Kinds = [Kind(kind)] }, new DropFault()));
        Assert.That(IsAcked(2), Is.EqualTo(hits == 0));
        Assert.That(Faults.Single().Hits, Is.EqualTo(hits));
    }

    [Test]
    public void HitsABeaconByItsSsid()
    {
        Order(new("f", new FrameMatch { Ssid = "lab" }, new DropFault()));
        A.SendFrame(0, Beacon("lab"));
        A.SendFrame(0, Beacon("lab2"));
        A.Drain();
        Assert.That(B.Drain(), Has.Count.EqualTo(1));
    }

    [Test]
    public void HitsByItsAddresses()
    {
        Order(new("f", new FrameMatch { Receiver = Address(3), Transmitter = Address(1) }, new DropFault()));
        Assert.That((IsAcked(2), IsAcked(3)), Is.EqualTo((true, false)));
    }

    [Test]
    public void LosesAPartOfTheBeacons()
    {
        Order(new("f", new FrameMatch { Kinds = [Kind("beacon")], To = RadioPattern.Of("vm2") }, new DropFault()) { Probability = 0.3 });
        const int Frames = 2000;
        int delivered = 0;
        for (int i = 0; i < Frames; i++)
        {
            A.SendFrame(0, Beacon("lab"));
            if (i % 16 != 15)
                continue;
            A.Drain();
            delivered += B.Drain().Count;
            C.Drain();
        }
        Assert.That(delivered, Is.EqualTo(0.7 * Frames).Within(3.3 * Math.Sqrt(Frames * 0.7 * 0.3)));
        Assert.That(Faults.Single().Hits, Is.EqualTo(Frames - delivered));
    }

    [Test]
    public void ADelayedFrameIsAcknowledgedAtOnceAndComesLater()
    {
        Order(new("f", new FrameMatch { To = RadioPattern.Of("vm2") }, new DelayFault(TimeSpan.FromMilliseconds(50))) { Count = 1 });
        Assert.That(IsAcked(2), Is.True);
        Assert.That(IsAcked(2), Is.True);
        Assert.That(B.Drain(), Has.Count.EqualTo(1), "the second one overtakes; or the machine stood still for 50 ms");
        var late = B.Receive();
        Assert.That(late.Payload, Is.EqualTo(Data(Address(2), Address(1), 1, 2, 3)));
        Assert.That(late.Descriptor.PostedNs - late.Descriptor.TakenNs, Is.GreaterThanOrEqualTo(50_000_000));
    }

    [Test]
    public void ADelayedFrameOfAVmThatWentStillComesAndOneForAVmThatWentDoesNot()
    {
        Order(new("f", new FrameMatch(), new DelayFault(TimeSpan.FromMilliseconds(80))));
        A.SendFrame(0, Data(MacAddress.Broadcast, Address(1), 4));
        A.Drain();
        A.Kill();
        C.Kill();
        Assert.That(B.Receive().Payload[^1], Is.EqualTo(4));
        _daemon.AssertEngineAnswers();
    }

    [Test]
    public void ADuplicateComesMoreThanOnceWithoutTheRetryBit()
    {
        Order(new("f", new FrameMatch { To = RadioPattern.Of("vm2") }, new DuplicateFault(2)));
        Assert.That(IsAcked(2), Is.True);
        Assert.That(B.Drain().Select(received => received.Payload[1]), Is.EqualTo(new byte[3]));
    }

    [Test]
    public void ACorruptedFrameDiffersInItsBodyAloneAndTheSendersCopyStays()
    {
        Order(new("f", new FrameMatch { To = RadioPattern.Of("vm2") }, new CorruptFault(1)));
        byte[] sent = Data(MacAddress.Broadcast, Address(1), new byte[100]);
        A.SendFrame(0, sent);
        A.Drain();
        byte[] delivered = B.Drain().Single().Payload;
        Assert.That(delivered[..HeaderLength], Is.EqualTo(sent[..HeaderLength]));
        Assert.That(delivered.Zip(sent, (x, y) => BitOperations.PopCount((uint)(x ^ y))).Sum(), Is.EqualTo(1));
        Assert.That(C.Drain().Single().Payload, Is.EqualTo(sent));
    }

    [Test]
    public void AFaultGoesOnCountingWhenAnotherOneIsOrderedAndEndsWhenItIsTakenBack()
    {
        Order(new("f", new FrameMatch(), new DropFault()));
        Assert.That(IsAcked(2), Is.False);
        Order(new("g", new FrameMatch { To = RadioPattern.Of("vm3") }, new DropFault()));
        Assert.That(Faults.Select(fault => fault.Hits), Is.EqualTo(new[] { 1, 0 }));
        Change(new RemoveFault("f"));
        Assert.That(IsAcked(2), Is.True);
    }

    private IReadOnlyList<Fault> Faults => _daemon.Daemon.Engine.Faults;

    private static FrameKind Kind(string text) => text switch
    {
        "management" => new(text) { Type = FrameType.Management },
        "data" => new(text) { Type = FrameType.Data },
        "beacon" => new(text) { Subtype = FrameSubtype.Beacon },
        _ => new(text) { Eapol = 0 },
    };

    private static byte[] Beacon(string ssid)
    {
        byte[] frame = Data(MacAddress.Broadcast, Address(1), [.. new byte[12], 0, (byte)ssid.Length, .. System.Text.Encoding.UTF8.GetBytes(ssid)]);
        frame[0] = 0x80;
        return frame;
    }

    private bool IsAcked(int vm)
    {
        A.SendFrame(0, Data(Address(vm), Address(1), 1, 2, 3));
        return (A.Drain().Single().Descriptor.Flags & TxFlags.Acked) != TxFlags.None;
    }

    private void Order(FaultConfiguration fault) => Change(new SetFault(fault));

    private void Change(MediumChange change) => _daemon.Daemon.Engine.ApplyAsync(change).Wait(Deadline.Limit);
}
