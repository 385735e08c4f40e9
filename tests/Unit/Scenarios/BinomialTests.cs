using ShmWifi.Tests.Scenarios;

namespace ShmWifi.Tests.Unit.Scenarios;

public class BinomialTests
{
    // R: qbinom(c(0.005, 0.995), 10000, 0.3) / 10000 and so on; the normal approximation p
    // ± 2.576 sqrt(p (1 - p) / n) gives the same to its rounding.
    [TestCase(10_000, 0.3, 0.2882, 0.3118)]
    [TestCase(10_000, 0.5, 0.4871, 0.5129)]
    [TestCase(10_000, 0.9, 0.8923, 0.9077)]
    public void TheIntervalIsThatOfTheNormalApproximation(int n, double p, double low, double high)
    {
        var interval = Binomial.Interval(n, p, 0.01);
        Assert.That(interval.Low, Is.EqualTo(low).Within(1.5 / n));
        Assert.That(interval.High, Is.EqualTo(high).Within(1.5 / n));
    }

    // By hand: of 4 fair coins, 0 or 4 heads come with 1/16 each.
    [TestCase(0.12, 0, 1)]
    [TestCase(0.13, 0.25, 0.75)]
    public void AnEndIsLeftOutWhenItIsRareEnough(double outside, double low, double high) =>
        Assert.That(Binomial.Interval(4, 0.5, outside), Is.EqualTo((low, high)));

    [TestCase(0)]
    [TestCase(1)]
    public void ACertaintyHasNoWidth(double p) => Assert.That(Binomial.Interval(10_000, p, 0.01), Is.EqualTo((p, p)));
}
