using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>Frames go to the radios on their channel, where guests tell it.</summary>
[TestFixture(Isolation.Shared, Timing.Instant)]
[TestFixture(Isolation.PerVm, Timing.Instant)]
[TestFixture(Isolation.Shared, Timing.Airtime)]
public class ChannelTests(Isolation isolation, Timing timing)
{
    private TestDaemon _daemon = null!;

    [SetUp]
    public async Task SetUp()
    {
        _daemon = new TestDaemon(isolation);
        await _daemon.Daemon.Engine.ApplyAsync(new SetTiming(timing));
    }

    [TearDown]
    public void TearDown() => _daemon.Dispose();

    [Test]
    public void ABroadcastReachesWhoListensThereAndWhoseGuestTellsNothing()
    {
        var a = _daemon.Attach(channelMhz: null, Address(1));
        var b = _daemon.Attach(channelMhz: null, Address(2, 0), Address(2, 1), Address(2, 2), Address(2, 3));
        b.Tune(0, 2412);
        b.Tune(1, 2437);
        b.Tune(2, 0);
        b.Drain();

        Assert.That(ReceiversOf(a, b, 2412), Is.EquivalentTo(new[] { 0, 3 }));
        Assert.That(ReceiversOf(a, b, 2437), Is.EquivalentTo(new[] { 1, 3 }));
        Assert.That(ReceiversOf(a, b, 5180), Is.EqualTo(new[] { 3 }));
        b.Tune(0, 2437);
        b.Tune(1, null);
        b.Tune(2, 5180);
        b.Drain();
        Assert.That(ReceiversOf(a, b, 2412), Is.EquivalentTo(new[] { 1, 3 }));
        Assert.That(ReceiversOf(a, b, 2437), Is.EquivalentTo(new[] { 0, 1, 3 }));
        Assert.That(ReceiversOf(a, b, 5180), Is.EquivalentTo(new[] { 1, 2, 3 }));
        b.RemoveRadio(1);
        b.Hello();
        b.AddRadio(0, Address(2, 0));
        b.Drain();
        Assert.That(ReceiversOf(a, b, 2412), Is.EqualTo(new[] { 0 }), "a guest that begins anew has told nothing");
    }

    [Test]
    public void ARadioThatListensElsewhereOrNowhereNeitherHearsNorAcknowledges()
    {
        var a = _daemon.Attach(channelMhz: null, Address(1));
        var b = _daemon.Attach(channelMhz: null, Address(2));
        foreach ((uint? channel, bool hears) in ((uint?, bool)[])[(2437, false), (2412, true), (0, false), (2412, true), (5180, false)])
        {
            b.Tune(0, channel);
            b.Drain();
            Assert.That(IsAcknowledged(a, 2), Is.EqualTo(hears), $"{channel}");
            Assert.That(b.Drain().Count(r => r.Descriptor.Kind == RingKind.Frame), Is.EqualTo(hears ? 1 : 0), $"{channel}");
        }
    }

    [Test]
    public void AMonitorHearsItsChannelAlone()
    {
        var a = _daemon.Attach(Address(1));
        var b = _daemon.Attach(Address(2));
        var monitor = _daemon.Connect();
        monitor.Hello();
        monitor.AnnounceRadio(0, Address(3), "mon", RadioFlags.Monitor);
        monitor.Tune(0, 2437);
        monitor.Drain();
        Assert.That(IsAcknowledged(a, 1), Is.True);
        Assert.That(monitor.Drain(), Is.Empty);
        monitor.Tune(0, 2412);
        monitor.Drain();
        Assert.That(IsAcknowledged(a, 2), Is.True);
        Assert.That(monitor.Drain(), Has.Count.EqualTo(1));
        b.Drain();
    }

    /// <summary>The numbers of a VM's radios that hear a broadcast.</summary>
    private List<int> ReceiversOf(SimulatedGuest from, SimulatedGuest to, uint freqMhz)
    {
        from.SendFrame(0, Data(MacAddress.Broadcast, Address(1)), freqMhz: freqMhz);
        Settle(from);
        return [.. to.Drain().Where(r => r.Descriptor.Kind == RingKind.Frame).Select(r => (int)r.Descriptor.Radio)];
    }

    private static bool IsAcknowledged(SimulatedGuest from, ulong cookie)
    {
        from.SendFrame(0, Data(Address(2), Address(1)), cookie: cookie);
        Received received;
        do
            received = from.Receive();
        while (received.Descriptor.Kind != RingKind.TxStatus);
        Assert.That(received.Descriptor.Cookie, Is.EqualTo(cookie));
        return (received.Descriptor.Flags & TxFlags.Acked) != TxFlags.None;
    }

    /// <summary>Waits until what was sent has been delivered.</summary>
    private void Settle(SimulatedGuest sender)
    {
        sender.Drain();
        if (timing == Timing.Airtime)
            Thread.Sleep(20); // some ms of airtime at the lowest rate
        _daemon.AssertEngineAnswers();
    }
}
