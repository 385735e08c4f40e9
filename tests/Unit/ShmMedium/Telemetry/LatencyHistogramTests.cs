using System.Runtime.CompilerServices;
using CsCheck;
using ShmWifi.ShmMedium.Latency;

namespace ShmWifi.Tests.Unit.ShmMedium.Telemetry;

public sealed class LatencyHistogramTests
{
    private const double Promise = 1 / 32.0; // a bucket's width

    [Test]
    public void QuantilesAreThoseOfTheSortedValuesToThreePercent() => Gen.Select(Gen.UInt.Array, Gen.Byte).Sample(
        (samples, shift) =>
        {
            ulong[] values = [.. samples.Select(v => (ulong)v << (shift % 5)).Order()];
            var histogram = new LatencyHistogram();
            foreach (ulong value in values)
                histogram.Record(value);
            Assert.That(histogram.Count, Is.EqualTo((ulong)values.Length));
            Assert.That(histogram.MaxNs, Is.EqualTo(values.LastOrDefault()));
            foreach (double fraction in (double[])[0, 0.01, 0.5, 0.9, 0.99, 0.999, 1])
            {
                ulong truth = values.Length == 0 ? 0 : values[Math.Max(0, (int)Math.Ceiling(values.Length * fraction) - 1)];
                Assert.That((double)histogram.QuantileNs(fraction), Is.InRange(truth, truth * (1 + Promise)),
                    $"{fraction} of {string.Join(' ', values)}");
            }
        },
        iter: 2000);

    [Test]
    public void BeyondTheRangeIsTheRangesEnd()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(ulong.MaxValue);
        Assert.That(histogram.QuantileNs(0.5), Is.EqualTo((1UL << 36) - 1));
    }

    [Test]
    public void AHopWithAStampMissingIsLeftOut()
    {
        var latency = new LinkLatency();
        latency.Record(new FrameStamps(CapturedNs: 0, TakenNs: 100, PostedNs: 150, InjectedNs: 0));
        Assert.That(new[] { latency.InHost.Count, latency.GuestToHost.Count, latency.HostToGuest.Count, latency.Total.Count },
            Is.EqualTo(new[] { 1UL, 0UL, 0UL, 0UL }));
        latency.Record(new FrameStamps(CapturedNs: 50, TakenNs: 100, PostedNs: 150, InjectedNs: 250));
        Assert.That(latency.Total.QuantileNs(1), Is.EqualTo(200));
    }

    [Test]
    public void ADurationBelowZeroCountsAsZeroSoThatTheOthersAreNotAllThatIsSeen()
    {
        var latency = new LinkLatency();
        // Clocks that differ by 30 ns: of four hops of 0 to 40 ns two come out negative.
        foreach (ulong injected in (ulong[])[1020, 1010, 990, 980])
            latency.Record(new FrameStamps(CapturedNs: 900, TakenNs: 950, PostedNs: 1000, InjectedNs: injected));
        Assert.That(latency.HostToGuest.Count, Is.EqualTo(4));
        Assert.That(latency.HostToGuest.QuantileNs(0.5), Is.Zero);
        Assert.That(latency.HostToGuest.MaxNs, Is.EqualTo(20));
        Assert.That(latency.Total.Count, Is.EqualTo(4));
        Assert.That((latency.HostToGuest.Negative, latency.Total.Negative), Is.EqualTo((2, 0)));
    }

    [Test]
    public void WhatComesTooManyAtOnceIsCountedAsMissed()
    {
        var late = new LateLatencies();
        var latency = new LinkLatency();
        for (int i = 0; i < 1024 + 7; i++)
            latency.RecordInHost(takenNs: 100, postedNs: 150, frames: 1, late);
        late.Settle();
        Assert.That((latency.InHost.Count, latency.InHost.Missed), Is.EqualTo((1024, 7)));
    }

    [Test]
    public void FramesOfABatchAreRecordedAsOneByOne()
    {
        var late = new LateLatencies();
        var inBatches = new BatchLatency(late);
        LinkLatency[] links = [new(), new()];
        LinkLatency[] oneByOne = [new(), new()];
        for (uint frame = 0; frame < 1000; frame++)
        {
            int link = (int)(frame / 100 % 2);
            ulong batch = frame / 8; // some of them end with a link's frames, some in the middle
            (ulong captured, ulong injected) = (frame % 3 == 0 ? 0 : 1_000 + frame, frame % 5 == 0 ? 0 : 9_000 + (7 * frame));
            var stamps = new FrameStamps(captured, 2_000 + batch, 2_000 + (3 * batch), injected);
            inBatches.Record(links[link], in stamps);
            oneByOne[link].Record(in stamps);
            if (frame % 100 == 99)
                late.Settle();
        }
        inBatches.End();
        late.Settle();
        for (int link = 0; link < links.Length; link++)
            Assert.That(Of(links[link]), Is.EqualTo(Of(oneByOne[link])));

        static IEnumerable<(ulong, ulong, ulong)> Of(LinkLatency latency) =>
            from hop in new[] { latency.InHost, latency.GuestToHost, latency.HostToGuest, latency.Total }
            from fraction in new[] { 0.01, 0.25, 0.5, 0.75, 0.99 }
            select (hop.Count, hop.Missed, hop.QuantileNs(fraction));
    }

    [Test]
    public void ABucketCountsOnBeyondFourBillion()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(5);
        Rows(histogram)[0]![5] = uint.MaxValue;
        histogram.Record(5);
        histogram.Record(5);
        for (int i = 0; i < 3; i++)
            histogram.Record(9);
        Assert.That(histogram.QuantileNs(0.5), Is.EqualTo(5));
        Assert.That(histogram.QuantileNs(1), Is.EqualTo(9));

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_rows")]
        static extern ref uint[]?[] Rows(LatencyHistogram histogram);
    }
}
