using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>A radio is heard by the power that its guest tells, unless the configuration gives it one.</summary>
[TestFixture(Timing.Instant)]
[TestFixture(Timing.Airtime)]
public class TxPowerTests(Timing timing)
{
    private TestDaemon _daemon = null!;
    private SimulatedGuest[] _vms = [];

    private SimulatedGuest A => _vms[0];

    private SimulatedGuest B => _vms[1];

    [SetUp]
    public async Task SetUp()
    {
        _daemon = new TestDaemon(Isolation.Shared);
        await _daemon.Daemon.Engine.ApplyAsync(new SetTiming(timing));
        _vms = [_daemon.Attach(Address(1)), _daemon.Attach(Address(2))];
    }

    [TearDown]
    public void TearDown() => _daemon.Dispose();

    [Test]
    public void TheSignalFollowsThePowerThatItsGuestTells()
    {
        Assert.That(Signal(A, B, Address(2), Address(1)), Is.EqualTo(-30), "a guest that tells nothing");
        foreach (sbyte dbm in (sbyte[])[5, 0, 20, 23, 10])
        {
            A.SetTxPower(0, dbm);
            Assert.That(Signal(A, B, Address(2), Address(1)), Is.EqualTo(dbm - 50), "unicast");
            Assert.That(Signal(A, B, MacAddress.Broadcast, Address(1)), Is.EqualTo(dbm - 50), "group");
        }
        Assert.That(Signal(B, A, Address(1), Address(2)), Is.EqualTo(-30), "the other's is its own");
        A.Hello();
        A.AddRadio(0, Address(1));
        Assert.That(Signal(A, B, Address(2), Address(1)), Is.EqualTo(-30), "a guest that begins anew has told nothing");
    }

    [Test]
    public async Task AConfiguredPowerHoldsWhateverTheGuestTells()
    {
        A.SetTxPower(0, 5);
        await _daemon.Daemon.Engine.ApplyAsync(new SetRadio(new RadioConfiguration(RadioPattern.Any) { TxPowerDbm = 12 }));
        Assert.That(Signal(A, B, Address(2), Address(1)), Is.EqualTo(-38));
        A.SetTxPower(0, 0);
        Assert.That(Signal(A, B, Address(2), Address(1)), Is.EqualTo(-38));
        Assert.That(Signal(B, A, Address(1), Address(2)), Is.EqualTo(-38));
    }

    [Test]
    public async Task PropagationStartsFromIt()
    {
        await _daemon.Daemon.Engine.ApplyAsync(new SetPropagation(new FreeSpacePropagation()));
        int before = Signal(A, B, Address(2), Address(1));
        A.SetTxPower(0, 8);
        Assert.That(Signal(A, B, Address(2), Address(1)), Is.EqualTo(before - 12));
    }

    [TestCase(sbyte.MinValue)]
    [TestCase(Abi.MinTxPower - 1)]
    [TestCase(Abi.MaxTxPower + 1)]
    [TestCase(sbyte.MaxValue)]
    public void APowerThatNoRadioHasIsRefused(int dbm)
    {
        A.SetTxPower(0, 10);
        A.SetTxPower(0, (sbyte)dbm);
        A.SetTxPower(1, 10);
        Assert.That(Signal(A, B, Address(2), Address(1)), Is.EqualTo(-40));
        Assert.That(TestDaemon.Count(A, HostCounter.Refused), Is.EqualTo(2), "one out of range, one of no radio");
    }

    private static int Signal(SimulatedGuest from, SimulatedGuest to, MacAddress receiver, MacAddress transmitter)
    {
        from.SendFrame(0, Data(receiver, transmitter));
        Received received;
        do
            received = to.Receive();
        while (received.Descriptor.Kind != RingKind.Frame);
        return received.Descriptor.SignalDbm;
    }
}
