using ShmWifi.Medium.Console;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Console;

public sealed class MediumLogTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Test]
    public void ASlowSinkLosesItsOwnLinesAndIsToldHowMany()
    {
        const int Many = 10_000;
        var slow = new RecordingSink();
        var quick = new RecordingSink();
        using (var log = new MediumLog(slow, quick))
        {
            slow.Hold.Reset();
            log.Warn("holds the slow one");
            Assert.That(slow.IsHeld.Wait(s_patience), Is.True);
            for (int i = 0; i < Many; i++)
            {
                log.Add(FrameRecords.Of(Frames.Beacon()));
                if (i % 500 != 0)
                    continue;
                log.WakeFrames();
                Assert.That(SpinWait.SpinUntil(() => quick.Frames + 1 >= i, s_patience), Is.True, "a slow sink holds nobody up");
            }
            Assert.That(log.LostFrames, Is.Positive.And.LessThan(Many));
            slow.Hold.Set();
            log.WakeFrames();
        }

        Assert.That(quick.Frames, Is.EqualTo(Many));
        Assert.That(quick.Events.Select(e => e.Event), Is.EqualTo(new[] { "warning" }));
        LogEvent told = slow.Events.Single(e => e.Event == "frames-lost");
        Assert.That(told.Message, Does.StartWith($"{Many - slow.Frames} frames passed without a line"));
    }

    [Test]
    public void AFullDiskEndsTheLogFileWithAMessageAndNothingElse()
    {
        var other = new RecordingSink();
        using (var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        using (var log = new MediumLog(new TextLogSink("/dev/full", new StreamWriter(full), wantsFrames: true), other))
        {
            log.Add(FrameRecords.Of(Frames.Beacon()));
            log.WakeFrames();
            Assert.That(SpinWait.SpinUntil(() => other.Events.Count == 1, s_patience), Is.True);
            log.Warn("life goes on");
        }

        Assert.That(other.Events[0].Message, Does.StartWith("/dev/full gets no more lines: No space left on device"));
        Assert.That(other.Events[1].Message, Is.EqualTo("life goes on"));
        Assert.That(other.Frames, Is.EqualTo(1));
    }

    private sealed class RecordingSink : ILogSink
    {
        private readonly List<LogEvent> _events = [];
        private int _frames;

        public ManualResetEventSlim Hold { get; } = new(initialState: true);

        public ManualResetEventSlim IsHeld { get; } = new();

        public int Frames => Volatile.Read(ref _frames);

        public bool WantsFrames => true;

        public IReadOnlyList<LogEvent> Events
        {
            get
            {
                lock (_events)
                    return [.. _events];
            }
        }

        public void Write(LogEvent item)
        {
            lock (_events)
                _events.Add(item);
            if (!Hold.IsSet)
                IsHeld.Set();
            Hold.Wait();
        }

        public void Write(in FrameRecord frame) => Interlocked.Increment(ref _frames);
    }
}
