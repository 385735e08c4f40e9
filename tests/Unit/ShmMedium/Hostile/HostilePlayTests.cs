using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Hostile;

/// <summary>Guests that write anything: the engine lives, and the frames of honest VMs are all received and acknowledged.</summary>
public sealed class HostilePlayTests
{
    private const uint HonestFreqMhz = 5500; // far from where the hostile ones are: who jams a channel in timing: airtime jams it
    private const long Words = 1_000_000; // that are written, in all cases together
    private const long NightlyWords = 100_000_000;
    private const int Cases = 12;

    [Test]
    public void TheEngineLivesAndHonestVmsAreServed(
        [Values] Isolation isolation, [Values("perfect", "instant", "airtime")] string medium, [Values(1, 2)] int seed) =>
        Play(isolation, medium, seed, Words / Cases);

    [Test]
    [Explicit("takes three hours: who is put out may attach again twice a second")]
    [Category("Nightly")]
    public void TheEngineLivesAndHonestVmsAreServedThroughTheNight(
        [Values] Isolation isolation, [Values("perfect", "instant", "airtime")] string medium, [Values(3, 4)] int seed) =>
        Play(isolation, medium, seed, NightlyWords / Cases);

    private static void Play(Isolation isolation, string medium, int seed, long words)
    {
        using var daemon = new TestDaemon(isolation, "{ ports: 8, txSlots: 64, rxDescriptors: 512, poolSlots: 128 }");
        if (medium != "perfect")
        {
            var link = new LinkConfiguration(RadioPattern.Of("vm3"), RadioPattern.Of("*")) { Loss = 0.3 };
            daemon.Daemon.Engine.ApplyAsync(new SetLink(link)).GetAwaiter().GetResult();
        }
        if (medium == "airtime")
            daemon.Daemon.Engine.ApplyAsync(new SetTiming(Timing.Airtime)).GetAwaiter().GetResult();
        var a = daemon.Attach(HonestFreqMhz, Address(1));
        var b = daemon.Attach(HonestFreqMhz, Address(2));
        var random = new Random(seed);
        using var hostile = new HostileGuest(() => daemon.Connect(), random, Address(1), Address(2));
        using var accomplice = new HostileGuest(() => daemon.Connect(), random, Address(1), Address(2));

        uint number = 0;
        while (hostile.Words + accomplice.Words < words)
        {
            for (int i = 0; i < 50; i++)
            {
                hostile.Act();
                accomplice.Act();
            }
            AssertTalk(a, b, number++, daemon);
        }

        daemon.AssertEngineAnswers();
        Assert.That(FailureOf(daemon), Is.Null);
        Assert.That(hostile.Faults, Is.GreaterThan(0), "it was put out now and then, so it does write what it should not");
        TestContext.Out.WriteLine($"{hostile.Words + accomplice.Words} words, {hostile.Faults + accomplice.Faults} faults, {number} honest frames");
    }

    private static string CountersOf(SimulatedGuest vm) =>
        string.Join(' ', Enum.GetValues<HostCounter>().Select(counter => $"{counter}={TestDaemon.Count(vm, counter)}"));

    private static string EventsOf(TestDaemon daemon) =>
        string.Join(' ', daemon.Log.Events.CountBy(e => e.Event).Select(kind => $"{kind.Key}={kind.Value}")) + FailureOf(daemon);

    /// <summary>The first exception that the engine survived.</summary>
    private static string? FailureOf(TestDaemon daemon) =>
        daemon.Log.Events.Where(e => e.Event is "vm-failed" or "airtime-failed").Select(e => e.Message).FirstOrDefault();

    /// <summary>One frame and its ACK: at once, whatever the others do.</summary>
    private static void AssertTalk(SimulatedGuest a, SimulatedGuest b, uint number, TestDaemon daemon)
    {
        byte[] frame = Numbered(Address(2), Address(1), number, 300);
        b.Discard();
        a.SendFrame(0, frame, cookie: number, freqMhz: HonestFreqMhz);
        bool isReceived = false, isAcked = false;
        long start = Environment.TickCount64;
        while (!isReceived || !isAcked)
        {
            while (b.TryReceive(out var received))
            {
                if (received.Payload.Length == frame.Length)
                    received.Payload[1] &= unchecked((byte)~FrameControl.RetryFlag); // it may have collided
                isReceived |= received.Payload.AsSpan().SequenceEqual(frame);
            }
            while (a.TryReceive(out var answer))
            {
                if (answer.Descriptor.Kind != RingKind.TxStatus || answer.Descriptor.Cookie != number)
                    continue;
                Assert.That(answer.Descriptor.Flags.HasFlag(TxFlags.Acked), () =>
                    $"frame {number} is acknowledged; attempts {answer.Descriptor.Rates:x16}, received {isReceived}, "
                    + $"counters of sender [{CountersOf(a)}] and receiver [{CountersOf(b)}]; events {EventsOf(daemon)}");
                isAcked = true;
            }
            Assert.That(a.Port.State, Is.EqualTo(PortState.Attached));
            long waitedMs = Environment.TickCount64 - start;
            if (waitedMs > Deadline.LimitMs / 4)
                daemon.AssertEngineAnswers();
            Assert.That(waitedMs, Is.LessThan(Deadline.LimitMs), $"frame {number}: received {isReceived}, acknowledged {isAcked}");
            Thread.Yield();
        }
    }
}
