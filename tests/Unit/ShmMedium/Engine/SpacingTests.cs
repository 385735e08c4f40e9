using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>Guests tell how far apart the channels of their radios are.</summary>
public class SpacingTests
{
    private TestDaemon _daemon = null!;
    private SimulatedGuest[] _vms = [];

    private SimulatedGuest A => _vms[0];

    private SimulatedGuest B => _vms[1];

    [SetUp]
    public async Task SetUp()
    {
        _daemon = new TestDaemon(Isolation.Shared);
        await _daemon.Daemon.Engine.ApplyAsync(new SetTiming(Timing.Airtime));
        _vms = [_daemon.Attach(Address(1)), _daemon.Attach(Address(2))];
    }

    [TearDown]
    public void TearDown() => _daemon.Dispose();

    [Test]
    public void FramesAreAcknowledgedWithinOneSpacing()
    {
        Assert.That(IsAcknowledged(), Is.True, "who told nothing");
        A.SetSpacing(0, 10);
        Assert.That(IsAcknowledged(), Is.False);
        B.SetSpacing(0, 10);
        Assert.That(IsAcknowledged(), Is.True);
        A.Hello();
        A.AddRadio(0, Address(1));
        Assert.That(IsAcknowledged(), Is.False, "a guest that begins anew has told nothing");
        B.SetSpacing(0, 20);
        Assert.That(IsAcknowledged(), Is.True);
    }

    [Test]
    public async Task AMediumWithoutAirtimeDeliversAsHwsimDoes()
    {
        await _daemon.Daemon.Engine.ApplyAsync(new SetTiming(Timing.Instant));
        A.SetSpacing(0, 5);
        Assert.That(IsAcknowledged(), Is.True);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(19)]
    [TestCase(40)]
    [TestCase(255)]
    public void ASpacingThatNoRadioHasIsRefused(int mhz)
    {
        A.SetSpacing(0, mhz);
        A.SetSpacing(1, 10);
        Assert.That(IsAcknowledged(), Is.True);
        Assert.That(TestDaemon.Count(A, HostCounter.Refused), Is.EqualTo(2), "one that there is not, one of no radio");
    }

    private bool IsAcknowledged()
    {
        A.SendFrame(0, Data(Address(2), Address(1)));
        Received status;
        do
            status = A.Receive();
        while (status.Descriptor.Kind != RingKind.TxStatus);
        return ((TxFlags)status.Descriptor.Flags & TxFlags.Acked) != TxFlags.None;
    }
}
