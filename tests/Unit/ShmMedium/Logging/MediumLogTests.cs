using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using ShmWifi.Lab;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Ports;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Logging;

internal sealed partial class MediumLogTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

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
            Assert.That(slow.IsHeld.Wait(s_timeout), Is.True);
            for (int i = 0; i < Many; i++)
            {
                log.Add(FrameRecords.Of(Frames.Beacon()));
                if (i % 500 != 0)
                    continue;
                log.WakeFrames();
                Assert.That(SpinWait.SpinUntil(() => quick.Frames + 1 >= i, s_timeout), Is.True, "a slow sink holds nobody up");
            }
            Assert.That(log.LostFrames, Is.Positive.And.LessThan(Many));
            slow.Hold.Set();
            log.WakeFrames();
        }

        Assert.That(quick.Frames, Is.EqualTo(Many));
        Assert.That(quick.Events.Select(e => e.Event), Is.EqualTo(new[] { "warning" }));
        var told = slow.Events.Single(e => e.Event == "frames-lost");
        Assert.That(told.Message, Does.StartWith($"{Many - slow.Frames} frames passed without a line"));
    }

    [Test]
    public void AFloodOfLinesLeavesNoWarningOut()
    {
        var slow = new RecordingSink();
        using (var output = new LogOutput(slow, Assert.Fail))
        {
            slow.Hold.Reset();
            output.Start();
            for (int i = 0; i < 5000; i++)
                Add(LogLevel.Information, "a line");
            Add(LogLevel.Warning, "too many");
            slow.Hold.Set();

            void Add(LogLevel level, string message) => output.Log(level, default, message, exception: null, (text, _) => text);
        }
        Assert.That(slow.Events.Select(e => e.Message), Has.One.EqualTo("too many").And.Some.Contains("events are left out"));
        Assert.That(slow.Events, Has.Count.LessThan(5000));
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
            Assert.That(SpinWait.SpinUntil(() => other.Events.Count == 1, s_timeout), Is.True);
            log.Warn("life goes on");
        }

        Assert.That(other.Events[0].Message, Does.StartWith("/dev/full gets no more lines: No space left on device"));
        Assert.That(other.Events[1].Message, Is.EqualTo("life goes on"));
        Assert.That(other.Frames, Is.EqualTo(1));
    }

    [Test]
    public void EachEventIsDocumentedWithItsIdNameAndLevel()
    {
        var logged = typeof(MediumLog)
            .GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .Select(e => Row(e.EventId, e.EventName, e.Level));
        var losses = new[] { MediumLog.EventsLost, MediumLog.FramesLost }.Select(e => Row(e.Id, e.Name, LogLevel.Warning));
        string[] documented = [.. File.ReadLines(Path.Combine(Checkout.Root, "docs", "monitoring.md")).Select(line => EventRow().Match(line).Value)
            .Where(row => row.Length != 0)];
        Assert.That(documented, Is.Unique);
        Assert.That(documented, Is.EquivalentTo(logged.Concat(losses)));

        static string Row(int id, string? name, LogLevel level) => $"| {id} | `{name}` | {(level == LogLevel.Warning ? "warning" : "info")} |";
    }

    [Test]
    public void AnEventIsItsVmItsSentenceAndItsId()
    {
        var sink = new RecordingSink();
        using (var log = new MediumLog(sink))
        {
            log.VmRefused(new LogAllowance(), "ap", 7, "no port is free");
            log.HandshakeFailed(new LogAllowance(), "/run/any.sock", 8, "it went");
        }
        Assert.That(sink.Events.Select(e => (e.Id.Id, e.Event, e.Level, e.Vm, e.Message)), Is.EqualTo(new[]
        {
            (301, "vm-refused", LogLevel.Warning, (string?)"ap", "QEMU pid 7 gets no medium: no port is free"),
            (302, "handshake-failed", LogLevel.Warning, null, "/run/any.sock, QEMU pid 8: it went"),
        }));
    }

    [GeneratedRegex(@"^\| \d{3} \| `[a-z-]+` \| \w+ \|")]
    private static partial Regex EventRow();

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
