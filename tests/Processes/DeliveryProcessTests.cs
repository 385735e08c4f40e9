using System.Diagnostics;
using ShmWifi.RingBuffer;
using ShmWifi.Tests.RingPeer;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Processes;

/// <summary>Two guest processes on one region, and a host between them, for both ways to deliver.</summary>
internal class DeliveryProcessTests
{
    private const uint Frames = 100_000;
    private static readonly TimeSpan CatchWithin = TimeSpan.FromSeconds(30);
    private static readonly RegionGeometry Geometry = new(Ports: 2, TxSlots: 32, RxDescriptors: 16, PoolSlots: 16);

    [OneTimeTearDown]
    public void NothingStaysMapped() => Assert.That(File.ReadAllText("/proc/self/maps"), Does.Not.Contain(RegionMemory.Name));

    [Test]
    public void EveryFrameComesOnceWholeAndInOrder([Values] Delivery delivery, [Values(Pace.Poll, Pace.Sleep)] Pace pace)
    {
        using var peers = new PeerRegion(Geometry);
        var relay = new Relay(peers, delivery, pace);
        var receiver = peers.StartRxConsumer(first: 0, Frames, pace);
        var sender = peers.StartTxProducer(Frames, pace);
        relay.Run(Frames, () => false);

        Assert.That((sender.WaitForVerdict(), receiver.WaitForVerdict()), Is.EqualTo((Verdict.Intact, Verdict.Intact)));
    }

    [TestCase(Pace.Poll)]
    [TestCase(Pace.Sleep)]
    public void ASlotThatTheHostFreesBeforeItsReceiverReadItIsCaught(Pace pace)
    {
        var clock = Stopwatch.StartNew();
        Verdict found;
        do
        {
            using var peers = new PeerRegion(Geometry);
            var relay = new Relay(peers, Delivery.ByReference, pace, freesEarly: true);
            var receiver = peers.StartRxConsumer(first: 0, Frames, pace);
            _ = peers.StartTxProducer(Frames, pace);
            relay.Run(Frames, () => receiver.HasExited);
            found = receiver.WaitForVerdict();
        }
        while (found == Verdict.Intact && clock.Elapsed < CatchWithin);

        Assert.That(found, Is.AnyOf(Verdict.Torn, Verdict.Lost));
    }

    [Test]
    public void AKilledReceiverHoldsNothingAndIsSucceededByAnother([Values] Delivery delivery, [Values(Pace.Poll, Pace.Sleep)] Pace pace)
    {
        using var peers = new PeerRegion(Geometry);
        var relay = new Relay(peers, delivery, pace);
        var sender = peers.StartTxProducer(Frames, pace);
        for (int crash = 0; crash < 3; crash++)
        {
            var victim = peers.StartRxConsumer(relay.Next, Frames, pace);
            using var stop = new CancellationTokenSource();
            var running = Task.Run(() => relay.Run(Frames, () => stop.IsCancellationRequested));
            peers.WaitForProgress(victim, sender);
            victim.Kill();
            stop.Cancel();
            peers.Host.Ring();
            running.GetAwaiter().GetResult();
            relay.ReplaceReceiver();
        }

        var successor = peers.StartRxConsumer(relay.Next, Frames, pace);
        relay.Run(Frames, () => false);
        Assert.That((sender.WaitForVerdict(), successor.WaitForVerdict()), Is.EqualTo((Verdict.Intact, Verdict.Intact)));
    }
}
