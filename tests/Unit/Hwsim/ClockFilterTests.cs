using CsCheck;
using ShmWifi.Hwsim.Clock;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class ClockFilterTests
{
    private const long Second = 1_000_000_000;

    [Test]
    public void ASampleOfAnEvenExchangeIsExact()
    {
        Assert.That(ClockSample.TryMake(askedNs: 1000, takenNs: 51_100, postedNs: 51_200, answeredNs: 1300, out var sample), Is.True);
        Assert.That(sample, Is.EqualTo(new ClockSample(1300, 50_000, 100)));
    }

    [TestCase(1000, 1000, 1000, 999, TestName = "Answered before asked")]
    [TestCase(1000, 2000, 1999, 3000, TestName = "Posted before taken")]
    [TestCase(1000, 2000, 5000, 3000, TestName = "The host took longer than the exchange")]
    [TestCase(1000, -1, 5000, 9000, TestName = "Beyond any clock")]
    [TestCase(1000, long.MinValue, long.MaxValue, 9000, TestName = "Overflow")]
    public void ContradictoryStampsMakeNoSample(long asked, long taken, long posted, long answered) =>
        Assert.That(ClockSample.TryMake(asked, taken, posted, answered, out _), Is.False);

    [Test]
    public void NoStampsMakeItThrowOrLie() => Gen.Select(Gen.Long, Gen.Long, Gen.Long, Gen.Long).Sample((asked, taken, posted, answered) =>
    {
        if (ClockSample.TryMake(asked, taken, posted, answered, out var sample) && sample.ErrorNs < 0)
            Assert.Fail($"{sample}");
    }, iter: 2000);

    [Test]
    public void TheTightestSampleCounts()
    {
        var filter = new ClockFilter();
        filter.Add(new ClockSample(Second, 5_000_000, 900_000));
        filter.Add(new ClockSample(Second + 1_000_000, 5_300_000, 20_000));
        var estimate = filter.Add(new ClockSample(Second + 2_000_000, 4_900_000, 800_000));
        Assert.That(estimate.OffsetNs, Is.EqualTo(5_300_000));
        Assert.That(estimate.ErrorNs, Is.EqualTo(20_000 + 500), "widened by 1 ms of possible drift");
    }

    [TestCase(0.0, 1)]
    [TestCase(80e-6, 2)]
    [TestCase(-300e-6, 3)]
    public void TheTruthIsAlwaysWithinTheBound(double skew, int seed)
    {
        var random = new Random(seed);
        var filter = new ClockFilter();
        ClockEstimate last = default;
        for (int i = 0; i < 300; i++)
        {
            long asked = (i * Second) + random.Next(1_000_000);
            long there = random.Next(20_000, 400_000), back = random.Next(20_000, 400_000);
            long taken = asked + there + Truth(asked + there), posted = taken + 2000;
            long answered = asked + there + 2000 + back;
            Assert.That(ClockSample.TryMake(asked, taken, posted, answered, out var sample), Is.True);
            last = filter.Add(sample);
            long wrong = Math.Abs(last.OffsetNs - Truth(last.AtNs));
            Assert.That(wrong, Is.LessThanOrEqualTo(last.ErrorNs + 1000), $"exchange {i}");
            long later = last.AtNs + Second;
            Assert.That(Math.Abs(last.ToHost(later) - later - Truth(later)), Is.LessThan(last.ErrorNs + 600_000), $"a second after exchange {i}");
        }
        Assert.That(filter.Jumps, Is.Zero);
        Assert.That(last.Skew, Is.EqualTo(skew).Within(20e-6));

        long Truth(long ns) => 7_000_000_000 + (long)(ns * skew);
    }

    [Test]
    public void AVmThatWasPausedStartsAnew()
    {
        var filter = new ClockFilter();
        for (int i = 1; i <= 20; i++)
            filter.Add(new ClockSample(i * Second, 1_000_000, 50_000));
        var estimate = filter.Add(new ClockSample(21 * Second, 30 * Second, 60_000));
        Assert.That(filter.Jumps, Is.EqualTo(1));
        Assert.That(estimate.OffsetNs, Is.EqualTo(30 * Second));
        Assert.That(filter.Add(new ClockSample(22 * Second, 30 * Second, 90_000)).OffsetNs, Is.EqualTo(30 * Second));
        Assert.That(filter.Jumps, Is.EqualTo(1));
    }
}
