using System.Diagnostics;
using ShmWifi.RingBuffer;
using ShmWifi.Tests.RingPeer;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Processes;

/// <summary>Two processes on one TX ring: slots read in place. Each run that a rule keeps
/// whole has a twin that breaks the rule and is caught.</summary>
internal class TxRingProcessTests
{
    private const uint Frames = 150_000;
    private const uint Rounds = 60_000;
    private static readonly TimeSpan CatchWithin = TimeSpan.FromSeconds(30);
    private static readonly RegionGeometry Geometry = new(Ports: 1, TxSlots: 16, RxDescriptors: 16, PoolSlots: 16);

    [OneTimeTearDown]
    public void NothingStaysMapped() => Assert.That(File.ReadAllText("/proc/self/maps"), Does.Not.Contain(RegionMemory.Name));

    [TestCase(Pace.Poll, 0u)]
    [TestCase(Pace.Sleep, 0u)]
    [TestCase(Pace.Poll, uint.MaxValue - (Frames / 2))]
    [TestCase(Pace.Sleep, uint.MaxValue - (Frames / 2))]
    [TestCase(Pace.Litmus, uint.MaxValue - (Rounds / 2))]
    [TestCase(Pace.FreeLitmus, uint.MaxValue - (Rounds / 2))]
    public void EveryFrameComesOnceWholeAndInOrder(Pace pace, uint start) =>
        Assert.That(Run(pace, start, InjectedBug.None, InjectedBug.None), Is.EqualTo((Verdict.Intact, Verdict.Intact)));

    [TestCase(Pace.Poll, InjectedBug.IndexBeforeSlot)]
    [TestCase(Pace.Sleep, InjectedBug.IndexBeforeSlot)]
    public void ATailThatIsPublishedBeforeItsSlotIsCaught(Pace pace, InjectedBug bug) =>
        Assert.That(RunUntilCaught(pace, bug, InjectedBug.None), Is.AnyOf(Verdict.Torn, Verdict.Twice));

    [TestCase(Pace.Poll, InjectedBug.EarlyRelease)]
    [TestCase(Pace.Sleep, InjectedBug.EarlyRelease)]
    public void ASlotThatIsGivenBackBeforeItIsReadIsCaught(Pace pace, InjectedBug bug) =>
        Assert.That(RunUntilCaught(pace, InjectedBug.None, bug), Is.AnyOf(Verdict.Torn, Verdict.Lost));

    [TestCase(Pace.Litmus, InjectedBug.NoFence, InjectedBug.None)]
    [TestCase(Pace.FreeLitmus, InjectedBug.None, InjectedBug.NoFence)]
    public void ADoorbellThatIsDecidedWithoutAFenceIsCaught(Pace pace, InjectedBug producer, InjectedBug consumer) =>
        Assert.That(RunUntilCaught(pace, producer, consumer), Is.EqualTo(Verdict.LostDoorbell));

    [TestCase(Pace.Poll)]
    [TestCase(Pace.Sleep)]
    public void AKilledProducerIsSucceededByAnother(Pace pace)
    {
        using var peers = MakeRegion(start: uint.MaxValue - 1000);
        uint start = peers.SenderHead;
        var consumer = peers.StartTxConsumer(start + Frames, pace);
        for (int crash = 0; crash < 3; crash++)
        {
            var victim = peers.StartTxProducer(start + Frames, pace);
            peers.WaitForProgress(victim, consumer);
            victim.Kill();
            peers.Host.Ring(); // the doorbell of the last slot may have died with it: whoever takes over rings once
        }
        Assert.That(consumer.HasExited, Is.False, "it waits for more");

        var successor = peers.StartTxProducer(start + Frames, pace);
        Assert.That((successor.WaitForVerdict(), consumer.WaitForVerdict()), Is.EqualTo((Verdict.Intact, Verdict.Intact)));
    }

    [TestCase(Pace.Poll)]
    [TestCase(Pace.Sleep)]
    public void AKilledConsumerIsSucceededByAnother(Pace pace)
    {
        using var peers = MakeRegion(start: uint.MaxValue - 1000);
        uint start = peers.SenderHead;
        var producer = peers.StartTxProducer(start + Frames, pace);
        for (int crash = 0; crash < 3; crash++)
        {
            var victim = peers.StartTxConsumer(start + Frames, pace);
            peers.WaitForProgress(victim, producer);
            victim.Kill();
            peers.Sender.Ring();
        }
        Assert.That(producer.HasExited, Is.False, "it waits for room");

        var successor = peers.StartTxConsumer(start + Frames, pace);
        Assert.That((producer.WaitForVerdict(), successor.WaitForVerdict()), Is.EqualTo((Verdict.Intact, Verdict.Intact)));
    }

    private static (Verdict Producer, Verdict Consumer) Run(Pace pace, uint start, InjectedBug producer, InjectedBug consumer)
    {
        using var peers = MakeRegion(start);
        uint until = start + (pace is Pace.Litmus or Pace.FreeLitmus ? Rounds : Frames);
        var reader = peers.StartTxConsumer(until, pace, consumer);
        var writer = peers.StartTxProducer(until, pace, producer);
        var judge = pace == Pace.FreeLitmus ? writer : reader;
        if (judge.WaitForVerdict() == Verdict.Intact)
            return (writer.WaitForVerdict(), reader.WaitForVerdict());
        // The other waits forever; it ends with the region.
        return judge == writer ? (writer.WaitForVerdict(), Verdict.Intact) : (Verdict.Intact, reader.WaitForVerdict());
    }

    /// <summary>The same run again and again until its fault shows.</summary>
    private static Verdict RunUntilCaught(Pace pace, InjectedBug producer, InjectedBug consumer)
    {
        var clock = Stopwatch.StartNew();
        Verdict found;
        do
        {
            var both = Run(pace, start: 0, producer, consumer);
            found = both.Producer == Verdict.Intact ? both.Consumer : both.Producer;
        }
        while (found == Verdict.Intact && clock.Elapsed < CatchWithin);
        return found;
    }

    private static unsafe PeerRegion MakeRegion(uint start)
    {
        var peers = new PeerRegion(Geometry);
        _ = peers.Region.Attach(0, peerId: 1, "sender");
        var port = PortWords.Header(peers.Region, 0);
        port->TxTail = port->TxHead = port->TxAvailEvent = port->TxFreeEvent = start;
        LitmusPage.Decided(peers.Region).StoreRelease(start);
        return peers;
    }
}
