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
    public void AHopWithAStampMissingOrOutOfOrderIsLeftOut()
    {
        var latency = new LinkLatency();
        latency.Record(capturedNs: 0, takenNs: 100, postedNs: 150, injectedNs: 120);
        Assert.That(new[] { latency.InHost.Count, latency.GuestToHost.Count, latency.HostToGuest.Count, latency.Total.Count },
            Is.EqualTo(new[] { 1UL, 0UL, 0UL, 0UL }));
        latency.Record(capturedNs: 50, takenNs: 100, postedNs: 150, injectedNs: 250);
        Assert.That(latency.Total.QuantileNs(1), Is.EqualTo(200));
    }
}
