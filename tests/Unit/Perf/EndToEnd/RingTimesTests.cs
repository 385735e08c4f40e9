using ShmWifi.Lab;
using ShmWifi.Perf.EndToEnd.Rings;

namespace ShmWifi.Tests.Unit.Perf.EndToEnd;

public class RingTimesTests
{
    [Test]
    public void TheBaselineWritesALineAChunk() => Assert.That(Baseline.Parse("120\n95\n101\n", 3), Is.EqualTo(new long[] { 120, 95, 101 }));

    [TestCase("", "0 lines")]
    [TestCase("120\n", "1 lines")]
    [TestCase("120\nKilled\n", "'Killed'")]
    [TestCase("120\n-1\n", "'-1'")]
    public void WhatElseItWritesIsRefused(string output, string complaint) =>
        Assert.That(() => Baseline.Parse(output, 2), Throws.TypeOf<LabException>().With.Message.Contains(complaint));

    [Test]
    public void TheFirstTenthOfTheChunksIsWarmingUp()
    {
        var times = new Times([90_000, 90_000, .. Enumerable.Repeat(2_000L, 18)], count: 1000);
        Assert.That((times.QuantileNs(1), times.MedianNs, times.FramesPerSecond), Is.EqualTo((2.0, 2.0, 5e8)));
    }

    [TestCase(0, 1)]
    [TestCase(0.5, 5)]
    [TestCase(0.9, 9)]
    [TestCase(0.99, 10)]
    public void AQuantileIsAValueThatWasMeasured(double fraction, double ns) =>
        Assert.That(new Times([0, 4, 3, 2, 1, 10, 9, 8, 7, 6, 5], count: 1).QuantileNs(fraction), Is.EqualTo(ns));

    [Test]
    public void TheBaselineCompilesAndTimesItsChunks()
    {
        using var baseline = new Baseline();
        var task = new RingTask(RingLoop.InPlace, Chunks: 3, Count: 64);
        Assert.That(baseline.Run(task, new Cores(First: 0, Second: 0)), Has.Length.EqualTo(3).And.All.Positive);
    }
}
