using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Delivery;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>What is sent at the configuration's rates in place of the guest's, VHT MCS 2, 20 MHz.</summary>
[TestFixture("instant")]
[TestFixture("airtime")]
[TestFixture("perfect")]
public sealed class DataRateTests(string medium)
{
    private const uint FreqMhz = 5180;

    private static readonly PhyRate s_told = PhyRate.Vht(2);
    private static readonly DataRate s_he = DataRate.Fixed(PhyRate.He(11, 2, 80));

    private readonly byte[] _bytes = new byte[Abi.SlotPayloadSize];
    private TestDaemon _daemon = null!;
    private FrameTap _tap = null!;
    private SimulatedGuest[] _vms = [];

    private SimulatedGuest A => _vms[0];

    private SimulatedGuest B => _vms[1];

    [SetUp]
    public void SetUp()
    {
        _daemon = new TestDaemon(Isolation.Shared);
        _tap = new FrameTap();
        _daemon.Daemon.Engine.AddTap(_tap);
        _vms = [_daemon.Attach(FreqMhz, Address(1)), _daemon.Attach(FreqMhz, Address(2))];
        Apply(new SetTiming(medium == "airtime" ? Timing.Airtime : Timing.Instant));
        if (medium != "perfect")
            Apply(new SetLink(new(RadioPattern.Of(Address(1)), RadioPattern.Of(Address(2))) { SnrDb = 100 }));
        Apply(new SetRadio(new(RadioPattern.Of(Address(1))) { DataRate = s_he }));
    }

    [TearDown]
    public void TearDown()
    {
        _daemon.Dispose();
        _tap.Dispose();
    }

    [Test]
    public void UnicastDataIs() => Assert.That(Sent(Data(Address(2), Address(1), 1, 2, 3)), Is.EqualTo(s_he));

    [Test]
    public void SoAreThoseOfThatRadioAlone() => Assert.That(Sent(Data(Address(1), Address(2), 1, 2, 3), from: B), Is.Null);

    [Test]
    public void ManagementGroupNullAndEapolFramesAreNot()
    {
        byte[] action = Data(Address(2), Address(1), 4, 0);
        action[0] = 0xd0;
        byte[] empty = Data(Address(2), Address(1));
        empty[0] = 0x48; // Null
        Assert.That(Sent(action), Is.Null);
        Assert.That(Sent(empty), Is.Null);
        Assert.That(Sent(Data(MacAddress.Broadcast, Address(1), 1, 2, 3)), Is.Null);
        Assert.That(Sent(Data(Address(2), Address(1), 0xaa, 0xaa, 3, 0, 0, 0, 0x88, 0x8e, 2, 3)), Is.Null);
        Assert.That(Sent(Data(Address(2), Address(1), 1, 2, 3), flags: TxFlags.NoAck), Is.Null);
    }

    [Test]
    public void WhoAssociatedWithoutThePhyIsSentTheGuestsRates()
    {
        byte[] data = Data(Address(2), Address(1), 1, 2, 3);
        Associate(0x2d, 0x00); // HT Capabilities
        Assert.That(Sent(data), Is.Null);
        Associate(0xff, 0x01, 0x23); // HE Capabilities
        Assert.That(Sent(data), Is.EqualTo(s_he));
        Apply(new SetRadio(new(RadioPattern.Of(Address(1))) { DataRate = DataRate.Eht }));
        Assert.That(Sent(data), Is.Null);
        Associate(0xff, 0x01, 0x23, 0xff, 0x01, 0x6c); // and EHT Capabilities
        Assert.That(Sent(data), Is.EqualTo(DataRate.Eht));
    }

    [Test]
    public void NoneTakesItBack()
    {
        Apply(new SetRadio(new(RadioPattern.Of(Address(1))) { DataRate = DataRate.None }));
        Assert.That(Sent(Data(Address(2), Address(1), 1, 2, 3)), Is.Null);
    }

    /// <summary>VHT MCS 2 has no losses at 20 dB, HE MCS 11 on two streams in 80 MHz nothing but losses.</summary>
    [Test]
    public void ItsErrorsAreThoseOfItsRate()
    {
        if (medium == "perfect")
            return;
        Apply(new SetLink(new(RadioPattern.Of(Address(1)), RadioPattern.Of(Address(2))) { SnrDb = 20 }));
        _ = Sent(Data(Address(2), Address(1), 1, 2, 3), acked: false);
        Apply(new SetRadio(new(RadioPattern.Of(Address(1))) { DataRate = DataRate.He }));
        _ = Sent(Data(Address(2), Address(1), 1, 2, 3));
    }

    [Test]
    public void NothingIsAllocatedAFrame()
    {
        byte[] data = Data(Address(2), Address(1), 1, 2, 3);
        void SendMany()
        {
            for (int i = 0; i < 200; i++)
                _ = Sent(data);
        }
        SendMany();
        long before = _daemon.Daemon.Engine.Counters.AllocatedBytes;
        SendMany();
        Assert.That(_daemon.Daemon.Engine.Counters.AllocatedBytes - before, Is.Zero);
    }

    private void Apply(MediumChange change) => _daemon.Daemon.Engine.ApplyAsync(change).Wait(Deadline.Limit);

    /// <summary>The station associates with these elements.</summary>
    private void Associate(params byte[] elements)
    {
        byte[] request = Data(Address(1), Address(2), [0x31, 0x04, 5, 0, .. elements]);
        request[0] = 0x00;
        _ = Sent(request, from: B);
    }

    /// <summary>Sends a frame.</summary>
    /// <returns>What the tap says of it.</returns>
    private DataRate? Sent(byte[] frame, SimulatedGuest? from = null, TxFlags flags = TxFlags.RequestStatus, bool acked = true)
    {
        var sender = from ?? A;
        sender.SendFrames(0, [frame], s_told, FreqMhz, flags);
        TappedFrame tapped = default;
        Deadline.Until(() => _tap.TryTake(_bytes, out tapped), "the frame");
        if (flags == TxFlags.RequestStatus && (frame[4] & 1) == 0)
            Assert.That(tapped.IsAcked, Is.EqualTo(acked));
        _ = A.Drain();
        _ = B.Drain();
        return tapped.Frame.DataRate;
    }
}
