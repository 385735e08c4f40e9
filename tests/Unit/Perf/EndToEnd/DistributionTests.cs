using ShmWifi.Perf.EndToEnd.Vm;

namespace ShmWifi.Tests.Unit.Perf.EndToEnd;

public class DistributionTests
{
    [Test]
    public void EachOfFewValuesIsAPoint() =>
        Assert.That(Distribution.Of([3, 1, 2, 10]), Is.EqualTo(new[] { (1.0, 25.0), (2.0, 50.0), (3.0, 75.0), (10.0, 100.0) }));

    [Test]
    public void ManyValuesAreThinnedOutAndTheLargestStays()
    {
        var points = Distribution.Of([.. Enumerable.Range(1, 1001).Select(value => (double)value)]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(points, Has.Count.EqualTo(400));
            Assert.That(points[^1], Is.EqualTo((1001.0, 100.0)));
            Assert.That(points.Select(point => point.X), Is.Ordered.And.Unique);
        }
    }

    [Test]
    public void NothingIsNoPoint() => Assert.That(Distribution.Of([]), Is.Empty);
}
