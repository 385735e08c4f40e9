using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.Tests.Unit.ShmMedium.Keeper;

public sealed class EventRingTests
{
    private const int HeaderBytes = 32, SlotBytes = 256;
    private LocalDescriptorStore _store = null!;

    [SetUp]
    public void SetUp() => _store = new LocalDescriptorStore();

    [TearDown]
    public void TearDown() => _store.Dispose();

    [TestCase(1)]
    [TestCase(EventRing.Capacity)]
    [TestCase(EventRing.Capacity + 1)]
    [TestCase((3 * EventRing.Capacity) + 7)]
    public void TheNextEngineReadsTheLatest(int events)
    {
        long fromNs = MonotonicClock.NowNs;
        using (var ring = EventRing.Open(_store))
        {
            Assert.That(ring.Left, Is.Empty);
            for (int i = 0; i < events; i++)
                ring.Write(i % 2 == 0 ? LogLevel.Information : LogLevel.Warning, $"event {i}");
        }
        var left = Left();
        int first = Math.Max(events - EventRing.Capacity, 0);
        Assert.That(left.Select(Text), Is.EqualTo(Enumerable.Range(first, events - first).Select(i => $"event {i}")));
        Assert.That(left[^1].Level, Is.EqualTo(events % 2 == 1 ? LogLevel.Information : LogLevel.Warning));
        Assert.That(left.Select(e => e.Engine), Has.All.EqualTo(Environment.ProcessId));
        Assert.That(left.Select(e => e.Ns), Is.Ordered.And.All.InRange(fromNs, MonotonicClock.NowNs));
    }

    [Test]
    public void WhatIsSavedIsNotShownAgainAndWhatIsNotIs()
    {
        using (var first = EventRing.Open(_store))
            first.Write(LogLevel.Information, "first");
        using (var second = EventRing.Open(_store)) // dies before it saves
            second.Write(LogLevel.Information, "second");
        using (var third = EventRing.Open(_store))
        {
            third.Write(LogLevel.Information, "third");
            Assert.That(third.Left.Select(Text), Is.EqualTo(new[] { "first", "second" }));
            third.ForgetLeft();
        }
        using (var fourth = EventRing.Open(_store))
        {
            Assert.That(fourth.Left.Select(Text), Is.EqualTo(new[] { "third" }));
            fourth.ForgetAll();
        }
        Assert.That(Left(), Is.Empty);
    }

    [Test]
    public void LongTextsAreWholeUpToTheirLimit(
        [Values(0, EventRing.SlotText, EventRing.SlotText + 1, EventRing.MaxText, EventRing.MaxText + 1)] int octets)
    {
        string text = string.Concat(Enumerable.Range(0, octets).Select(i => (i % 10).ToString(CultureInfo.InvariantCulture)));
        using (var ring = EventRing.Open(_store))
        {
            ring.Write(LogLevel.Critical, text);
            ring.Write(LogLevel.Information, "after");
        }
        Assert.That(Left().Select(Text), Is.EqualTo(new[] { text[..Math.Min(octets, EventRing.MaxText)], "after" }));
    }

    /// <summary>An engine that died while it wrote event 2 of 4, and one whose slot holds nonsense.</summary>
    [Test]
    public void TornEventsArePassedOverAndTheirSlotsUsedAgain()
    {
        using (var ring = EventRing.Open(_store))
        {
            for (int i = 1; i <= 4; i++)
                ring.Write(LogLevel.Information, $"event {i}");
        }
        Overwrite(HeaderBytes + (2 * SlotBytes), Enumerable.Repeat((byte)0xff, 8)); // its number: being written
        Overwrite(HeaderBytes + (3 * SlotBytes) + 22, [0xff, 0xff]); // its length
        using (var next = EventRing.Open(_store))
        {
            Assert.That(next.Left.Select(Text), Is.EqualTo(new[] { "event 1", "event 4" }));
            next.ForgetLeft();
            for (int i = 5; i <= EventRing.Capacity + 4; i++)
                next.Write(LogLevel.Information, $"event {i}");
        }
        Assert.That(Left().Select(Text), Is.EqualTo(Enumerable.Range(5, EventRing.Capacity).Select(i => $"event {i}")));
    }

    [Test]
    public void WritersDoNotWaitForOneWhoSleepsInASlot()
    {
        using var ring = EventRing.Open(_store);
        ring.Write(LogLevel.Information, "event 1");
        Overwrite(HeaderBytes + SlotBytes, Enumerable.Repeat((byte)0xff, 8));
        for (int i = 2; i <= EventRing.Capacity + 1; i++)
            ring.Write(LogLevel.Information, $"event {i}");
        Assert.That(Left().Select(Text), Is.EqualTo(Enumerable.Range(2, EventRing.Capacity - 1).Select(i => $"event {i}")), "one is lost");
    }

    [Test]
    public void ManyWritersMixNothing()
    {
        const int Writers = 4, Each = 5_000;
        using (var ring = EventRing.Open(_store))
        {
            Parallel.For(0, Writers, new ParallelOptions { MaxDegreeOfParallelism = Writers }, writer =>
            {
                for (int i = 0; i < Each; i++)
                    ring.Write(LogLevel.Information, new string((char)('a' + writer), 1 + (i % EventRing.SlotText)));
            });
        }
        var left = Left();
        Assert.That(left, Has.Count.InRange(EventRing.Capacity / 2, EventRing.Capacity));
        Assert.That(left.Select(e => Text(e).Distinct().Count()), Has.All.EqualTo(1));
    }

    [Test]
    public void WhatAnotherVersionLeftIsKeptNoLonger()
    {
        using (var ring = EventRing.Open(_store))
            ring.Write(LogLevel.Information, "text");
        var kept = _store.Kept["events"];
        Overwrite(8, [99]); // version
        Assert.That(Left(), Is.Empty);
        Assert.That(_store.Kept["events"], Is.Not.Null.And.Not.SameAs(kept));
    }

    private static string Text(EventRecord item) => Encoding.UTF8.GetString(item.Text.Span);

    private IReadOnlyList<EventRecord> Left()
    {
        using var ring = EventRing.Open(_store);
        return ring.Left;
    }

    private void Overwrite(long offset, IEnumerable<byte> bytes)
    {
        using var file = new SafeFileHandle(_store.Kept["events"].Descriptor, ownsHandle: false);
        RandomAccess.Write(file, [.. bytes], offset);
    }
}
