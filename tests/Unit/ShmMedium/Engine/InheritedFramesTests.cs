using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>Frames that wait for their turn on the channel when an engine dies are sent by the next.</summary>
public sealed class InheritedFramesTests
{
    private const int Frames = 40;
    private static readonly MediumConfiguration _airtime = new() { Timing = Timing.Airtime };

    [TestCase(1)]
    [TestCase(3)]
    public void EachIsReceivedOnceInOrderAndItsSenderToldOfIt(int changes)
    {
        for (int inherited = 0, tries = 0; inherited == 0; tries++)
        {
            Assert.That(tries, Is.LessThan(20), "frames wait at each change, unless the machine had other things to do");
            inherited = Play(changes);
        }
    }

    [Test]
    public void ThoseOfAGroupAreNotRepeated()
    {
        using var medium = new EngineHarness(ports: 3, _airtime);
        var received = new Record(medium);
        SendNumbered(medium, MacAddress.Broadcast, wantsAck: false);
        medium.Relay();
        Deadline.Until(() => received.Look() > 10, "some of them");
        medium.ChangeEngine();
        Deadline.Until(() => received.Look() >= Frames && medium.Ports[0].HeldFrames == 0, "all of them");
        Assert.That(received.Numbers, Is.EqualTo(Enumerable.Range(0, Frames)));
    }

    [Test]
    public void ThoseOfARadioThatHasGoneAreNotSent()
    {
        using var medium = new EngineHarness(ports: 3, _airtime);
        var received = new Record(medium);
        SendNumbered(medium, EngineHarness.AddressOf(1), wantsAck: true);
        medium.Relay();
        medium.Guests[0].RemoveRadio(0);
        medium.Relay();
        medium.ChangeEngine();
        long untilNs = MonotonicClock.NowNs + 20_000_000;
        while (MonotonicClock.NowNs < untilNs)
            _ = received.Look();
        Assert.That(received.Numbers, Has.Count.LessThan(5), "what was on the air");
        Assert.That(medium.Ports[0].HeldFrames, Is.Zero);
    }

    /// <summary>A guest need not wait for the end of all: when half its ring has gone by, it is told all the same, lest it lose sight of those
    /// that nobody answers.</summary>
    [Test]
    public void WhichFramesGetNoStatusIsToldAfterHalfARingAtTheLatest()
    {
        using var medium = new EngineHarness(ports: 3, _airtime);
        var received = new Record(medium);
        SendNumbered(medium, EngineHarness.AddressOf(1), wantsAck: true);
        medium.Relay();
        medium.ChangeEngine();
        for (int i = 0; i < 128; i++)
            medium.Guests[0].SendFrame(0, Numbered(EngineHarness.AddressOf(2), EngineHarness.AddressOf(0), (uint)i, 1500), TxFlags.NoAck, 1000);
        medium.Relay();
        medium.Engine.TellOfResumption();
        _ = received.Look();
        Assert.That(received.Kinds, Has.Member(RingKind.EngineChanged));
        Assert.That(received.Numbers, Has.Count.LessThan(Frames));
    }

    /// <returns>Frames that waited at the last change.</returns>
    private static int Play(int changes)
    {
        using var medium = new EngineHarness(ports: 3, _airtime);
        var received = new Record(medium);
        SendNumbered(medium, EngineHarness.AddressOf(1), wantsAck: true);
        medium.Relay();
        (int before, int inherited) = (0, 0);
        for (int change = 0; change < changes; change++)
        {
            Deadline.Until(() => (before = received.Look()) > 5 * change, "some of them");
            medium.ChangeEngine();
            inherited = medium.Ports[0].InheritedFrames;
        }
        Deadline.Until(() => received.Look() >= Frames && received.Kinds.Contains(RingKind.EngineChanged), "all of them");

        Assert.That(received.NumbersWithoutRepetitions(), Is.EqualTo(Enumerable.Range(0, Frames)));
        Assert.That(received.Cookies, Is.Unique);
        Assert.That(received.Cookies.Where(c => c >= before), Is.EquivalentTo(Enumerable.Range(before, Frames - before)), "each has a status");
        Assert.That(received.Acked, Is.EqualTo(received.Cookies.Count), "and each is acknowledged");
        Assert.That(received.Kinds[^1], Is.EqualTo(RingKind.EngineChanged), "which frames get none is told when those have theirs");
        Assert.That(medium.Ports[0].HeldFrames, Is.Zero);
        return inherited;
    }

    private static void SendNumbered(EngineHarness medium, MacAddress receiver, bool wantsAck)
    {
        for (int i = 0; i < Frames; i++)
        {
            medium.Guests[0].SendFrame(0, Numbered(receiver, EngineHarness.AddressOf(0), (uint)i, 1500),
                wantsAck ? TxFlags.RequestStatus : TxFlags.NoAck, (ulong)i);
        }
    }

    /// <summary>What the second guest has received, and the first been told.</summary>
    private sealed class Record(EngineHarness medium)
    {
        private readonly List<bool> _isRetry = [];

        public List<int> Numbers { get; } = [];

        public List<int> Cookies { get; } = [];

        public List<RingKind> Kinds { get; } = [];

        public int Acked { get; private set; }

        public int Look()
        {
            medium.Engine.TellOfResumption();
            _ = medium.Engine.RunRound();
            while (medium.Guests[1].TryReceive(out var frame))
            {
                if (frame.Descriptor.Kind != RingKind.Frame)
                    continue;
                _isRetry.Add((frame.Payload[1] & FrameControl.RetryFlag) != 0);
                frame.Payload[1] &= unchecked((byte)~FrameControl.RetryFlag); // it is part of what the number is checked by
                Numbers.Add((int)NumberOf(frame.Payload)!);
            }
            while (medium.Guests[0].TryReceive(out var received))
            {
                var told = received.Descriptor;
                Kinds.Add(told.Kind);
                if (told.Kind != RingKind.TxStatus)
                    continue;
                Cookies.Add((int)told.Cookie);
                Acked += (told.Flags & TxFlags.Acked) == TxFlags.None ? 0 : 1;
            }
            _ = medium.Guests[2].Discard();
            return Numbers.Count;
        }

        /// <summary>As mac80211 has them: a retry of what it had already is dropped.</summary>
        public IEnumerable<int> NumbersWithoutRepetitions()
        {
            for (int i = 0; i < Numbers.Count; i++)
            {
                if (!_isRetry[i] || i == 0 || Numbers[i] != Numbers[i - 1])
                    yield return Numbers[i];
            }
        }
    }
}
