using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using static ShmWifi.Tests.Unit.ShmMedium.Medium.Links.TestMedium;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

public class MotionTests
{
    private static readonly RandomWaypointMotion Walk = new(new(0, 10, 1), new(50, 30, 1), MinSpeed: 0.5, MaxSpeed: 2, TimeSpan.FromSeconds(2));

    private static LinkEndpoint Moving(MotionConfiguration motion, string vm = "a", ulong seed = 1) =>
        new LinkTable(new MediumConfiguration { Seed = seed, Radios = [new(Pattern("*")) { Motion = motion }] }, mediumNs: 0).Add(vm);

    [Test]
    public void LinearMotionGoesOnForEver()
    {
        var radio = Moving(new LinearMotion(new(1, 2, 3), new(0.5, 0, -1)));
        Assert.Multiple(() =>
        {
            Assert.That(radio.PositionAt(0), Is.EqualTo(new Position(1, 2, 3)));
            Assert.That(radio.PositionAt(4 * Second), Is.EqualTo(new Position(3, 2, -1)));
        });
    }

    [TestCase(0, 0)]
    [TestCase(10, 0)]
    [TestCase(15, 5)]
    [TestCase(20, 10)]
    [TestCase(21, 8)]
    [TestCase(25, 0)]
    [TestCase(1000, 0)]
    [TestCase(12.5, 2.5)]
    public void WaypointsAreReachedInTimeAndTheEndsAreStayedAt(double seconds, double x)
    {
        Waypoint[] points =
            [new(TimeSpan.FromSeconds(10), default), new(TimeSpan.FromSeconds(20), new(10, 0, 0)), new(TimeSpan.FromSeconds(25), default)];
        var radio = Moving(new WaypointMotion(points));
        Assert.Multiple(() =>
        {
            Assert.That(radio.PositionAt((long)(seconds * Second)).X, Is.EqualTo(x).Within(1e-9));
            radio.PositionAt(2000 * Second);
            Assert.That(radio.PositionAt((long)(seconds * Second)).X, Is.EqualTo(x).Within(1e-9), "time went back");
        });
    }

    [Test]
    public void ARandomWalkStaysInItsBoxWithinItsSpeedsAndPauses()
    {
        var radio = Moving(Walk);
        const double Step = 0.01;
        double moved = 0, paused = 0, fastest = 0;
        var last = radio.PositionAt(0);
        for (int i = 1; i <= 360_000; i++)
        {
            var now = radio.PositionAt((long)(i * Step * Second));
            double speed = (now - last).Length / Step;
            fastest = Math.Max(fastest, speed);
            if (speed == 0)
                paused++;
            else
                moved++;
            if (now.X is < 0 or > 50 || now.Y is < 10 or > 30 || now.Z != 1)
                Assert.Fail($"{now} is out of the box");
            last = now;
        }
        Assert.Multiple(() =>
        {
            Assert.That(fastest, Is.LessThanOrEqualTo(2 + 1e-6).And.GreaterThan(1.9));
            Assert.That(paused * Step, Is.EqualTo(2 * Legs(moved * Step)).Within(30), "a pause of 2 s a leg");
        });

        // The mean distance of two points of a rectangle of 50 by 20 is 18.96 m; 1 / speed averages ln(4) / 1.5 s/m.
        static double Legs(double seconds) => seconds / (18.96 * Math.Log(4) / 1.5);
    }

    [Test]
    public void ARandomWalkUsesAllOfItsBox()
    {
        var radio = Moving(Walk with { Pause = TimeSpan.Zero });
        Position[] places = [.. Enumerable.Range(0, 20_000).Select(i => radio.PositionAt(i * Second))];
        Assert.Multiple(() =>
        {
            Assert.That(places.Average(p => p.X), Is.EqualTo(25).Within(1));
            Assert.That(places.Average(p => p.Y), Is.EqualTo(20).Within(0.5));
            Assert.That((places.Min(p => p.X), places.Max(p => p.X)), Is.EqualTo((0d, 50d)).Using<double, double>((a, b) => Math.Abs(a - b) < 1));
        });
    }

    [Test]
    public void AWalkIsAFunctionOfSeedNameAndTime()
    {
        LinkEndpoint one = Moving(Walk), again = Moving(Walk), other = Moving(Walk, "b"), seeded = Moving(Walk, "a", seed: 2);
        again.PositionAt(5000 * Second);
        var place = one.PositionAt(1234 * Second);
        Assert.Multiple(() =>
        {
            Assert.That(again.PositionAt(1234 * Second), Is.EqualTo(place));
            Assert.That(other.PositionAt(1234 * Second), Is.Not.EqualTo(place));
            Assert.That(seeded.PositionAt(1234 * Second), Is.Not.EqualTo(place));
        });
    }

    [Test]
    public void ABoxOfOnePointIsStayedAtAndATinyOneDoesNotTakeForEver()
    {
        var still = Moving(new RandomWaypointMotion(new(1, 2, 3), new(1, 2, 3), 1, 2, TimeSpan.Zero));
        var tiny = Moving(new RandomWaypointMotion(default, new(1e-9, 0, 0), 1e5, 1e6, TimeSpan.Zero));
        Assert.Multiple(() =>
        {
            Assert.That(still.PositionAt(long.MaxValue), Is.EqualTo(new Position(1, 2, 3)));
            Assert.That(tiny.PositionAt(3600 * Second).X, Is.InRange(0, 1e-9));
        });
    }

    [Test]
    public void ALinkFollowsItsRadiosInStepsOfTenMilliseconds()
    {
        var medium = new MediumConfiguration
        {
            Radios = [new(Pattern("a")) { Motion = new LinearMotion(new(10, 0, 0), new(100, 0, 0)) }],
            Propagation = new FreeSpacePropagation(),
        };
        var table = new LinkTable(medium, mediumNs: 3);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        Assert.Multiple(() =>
        {
            Assert.That(table.Signal(a, b, 3), Is.EqualTo(20 - 60.18).Within(0.01));
            Assert.That(table.Signal(a, b, 3 + LinkTable.MobilityStepNs - 1), Is.EqualTo(table.Signal(a, b, 3)));
            Assert.That(table.Signal(b, a, 3 + LinkTable.MobilityStepNs), Is.EqualTo(20 - 60.18 - (20 * Math.Log10(1.1))).Within(0.01));
            Assert.That(table.Signal(a, b, 3 + (900 * Millisecond)), Is.EqualTo(20 - 80.18).Within(0.01));
            Assert.That(table.Signal(a, b, 3), Is.EqualTo(20 - 60.18).Within(0.01), "time went back");
        });
    }

    [Test]
    public void MotionAndFadingHaveTheirOwnSteps()
    {
        var medium = new MediumConfiguration
        {
            Radios = [new(Pattern("a")) { Motion = new LinearMotion(new(10, 0, 0), new(100, 0, 0)) }],
            Propagation = new FreeSpacePropagation(),
            Fading = new(1, TimeSpan.FromMilliseconds(7)),
        };
        var cached = new LinkTable(medium, mediumNs: 0);
        LinkEndpoint a = cached.Add("a"), b = cached.Add("b");
        for (long ms = 0; ms < 300; ms++)
        {
            var fresh = new LinkTable(medium, mediumNs: 0);
            Assert.That(cached.Signal(a, b, ms * Millisecond), Is.EqualTo(fresh.Signal(fresh.Add("a"), fresh.Add("b"), ms * Millisecond)),
                $"at {ms} ms");
        }
    }
}
