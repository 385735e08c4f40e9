using ShmWifi.ShmMedium.Medium.Ranging;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Ranging;

public class SampleStatisticsTests
{
    [Test]
    public void TheyAreThoseOfAllNumbersTogether()
    {
        double[] numbers = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16];
        var statistics = new SampleStatistics();
        foreach (double number in numbers)
            statistics.Add(number);
        Assert.That((statistics.Count, statistics.Mean, statistics.Variance, statistics.Spread), Is.EqualTo((4, 1e9 + 10, 30.0, 12.0)));
    }

    [Test]
    public void OneNumberHasNoVariance()
    {
        var statistics = new SampleStatistics();
        Assert.That((statistics.Mean, statistics.Variance, statistics.Spread), Is.EqualTo((0.0, 0.0, 0.0)));
        statistics.Add(-5);
        Assert.That((statistics.Mean, statistics.Variance, statistics.Spread), Is.EqualTo((-5.0, 0.0, 0.0)));
    }
}
