using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports;

public sealed class TokenBucketTests
{
    private const long Second = 1_000_000_000;

    [Test]
    public void ABurstAtOnceThenTheRate([Values(0, 5 * Second)] long startNs)
    {
        var bucket = new TokenBucket(burst: 4, perSecond: 2);
        Assert.That(Enumerable.Range(0, 10).Count(_ => bucket.TryTake(startNs)), Is.EqualTo(4));
        Assert.That(bucket.WaitNs(startNs), Is.EqualTo(Second / 2));
        Assert.That(bucket.TryTake(startNs + (Second / 2) - 1), Is.False);
        Assert.That(Enumerable.Range(1, 100).Count(i => bucket.TryTake(startNs + (i * Second / 10))), Is.EqualTo(20), "10 s of 2 a second");
    }

    [Test]
    public void NoMoreThanTheBurstIsSavedUp()
    {
        var bucket = new TokenBucket(burst: 4, perSecond: 2);
        Assert.That(bucket.TryTake(0), Is.True);
        Assert.That(Enumerable.Range(0, 10).Count(_ => bucket.TryTake(1000 * Second)), Is.EqualTo(4));
        Assert.That(bucket.IsHalfFull(1000 * Second), Is.False);
        Assert.That(bucket.IsHalfFull(1001 * Second), Is.True);
    }
}
