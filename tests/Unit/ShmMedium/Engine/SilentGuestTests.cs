using ShmWifi.Configuration;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>A guest that has said nothing for two seconds may be paused or dead, wherever it said last that its radio listens.</summary>
public class SilentGuestTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2.2);
    private TestDaemon _daemon = null!;
    private (SimulatedGuest A, SimulatedGuest B) _vms;

    [SetUp]
    public void SetUp()
    {
        _daemon = new TestDaemon(Isolation.Shared);
        _vms = (_daemon.Attach(channelMhz: null, Address(1)), _daemon.Attach(channelMhz: 2412, Address(2)));
    }

    [TearDown]
    public void TearDown() => _daemon.Dispose();

    [Test]
    public void ItsRadioAcknowledgesWhenItHasTakenTheFrame()
    {
        Thread.Sleep(Silence);
        Send(cookie: 1);
        Thread.Sleep(50);
        Assert.That(_vms.A.Drain(), Is.Empty);
        Deadline.Until(() => _vms.B.TryReceive(out _), "the frame");
        Assert.That(IsAcknowledged(cookie: 1), Is.True);

        Send(cookie: 2);
        Assert.That(IsAcknowledged(cookie: 2), Is.True, "at once: it has taken one");
    }

    [Test]
    public void ItsRadioDoesNotAcknowledgeWhatItNeverTakes()
    {
        Thread.Sleep(Silence);
        Send(cookie: 1);
        Assert.That(IsAcknowledged(cookie: 1), Is.False);
    }

    private void Send(ulong cookie) => _vms.A.SendFrame(0, Data(Address(2), Address(1)), cookie: cookie);

    private bool IsAcknowledged(ulong cookie)
    {
        Received received = default;
        Deadline.Until(() => _vms.A.TryReceive(out received), "the status");
        Assert.That((received.Descriptor.Kind, received.Descriptor.Cookie), Is.EqualTo((RingKind.TxStatus, cookie)));
        return (received.Descriptor.Flags & TxFlags.Acked) != TxFlags.None;
    }
}
