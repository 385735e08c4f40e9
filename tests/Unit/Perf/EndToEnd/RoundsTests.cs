using ShmWifi.Lab.Report;

namespace ShmWifi.Tests.Unit.Perf.EndToEnd;

public class RoundsTests
{
    [TestCase(new[] { 5.0 }, 5.0)]
    [TestCase(new[] { 9.0, 1.0, 5.0 }, 5.0)]
    [TestCase(new[] { 9.0, 1.0, 5.0, 6.0 }, 5.5)]
    public void TheValueIsTheMedianOfTheRounds(double[] rounds, double median) => Assert.That(Of(rounds).Median, Is.EqualTo(median));

    [Test]
    public void TheRatioIsTheMedianOfEachRoundsRatio()
    {
        var rounds = new Rounds();
        rounds.Add(10, 20);
        rounds.Add(100, 50); // a moment in which the machine was slow for both
        rounds.Add(12, 20);
        var row = rounds.Tell("relay", "round trip", "ns");
        Assert.That((row.Value, row.Spread, row.Baseline, row.Ratio), Is.EqualTo((12.0, 90.0, 20.0, 0.6)));
    }

    [Test]
    public void OneRoundHasNoSpread() => Assert.That(Of([3]).Tell("rings", "cost", "ns").Spread, Is.Null);

    [Test]
    public void WithoutBaselineThereIsNoRatio()
    {
        var row = Of([3, 4]).Tell("rings", "cost", "ns");
        Assert.That((row.Baseline, row.Ratio, row.Limit, row.Met), Is.EqualTo(((double?)null, (double?)null, (string?)null, (bool?)null)));
    }

    [Test]
    public void AJudgedRowHasGoalAndVerdict()
    {
        var row = Of([3, 4]).Judge("rings", "cost", "ns", "≤ 3 ns", met: false);
        Assert.That((row.Value, row.Limit, row.Met), Is.EqualTo((3.5, "≤ 3 ns", false)));
    }

    [Test]
    public void NothingMeasuredIsNoNumber() => Assert.That(new Rounds().Median, Is.NaN);

    private static Rounds Of(double[] values)
    {
        var rounds = new Rounds();
        foreach (double value in values)
            rounds.Add(value);
        return rounds;
    }
}
