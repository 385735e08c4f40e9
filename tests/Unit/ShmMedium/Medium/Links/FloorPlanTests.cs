using CsCheck;
using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using static ShmWifi.Tests.Unit.ShmMedium.Medium.Links.TestMedium;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

public class FloorPlanTests
{
    private static WallConfiguration Wall(double fromX, double fromY, double toX, double toY, double lossDb = 1) =>
        new($"{fromX},{fromY},{toX},{toY}", new(fromX, fromY), new(toX, toY), new GivenWallLoss(lossDb));

    // Both ways, and with the walls' ends changed over: the same.
    private static double LossDb(Position from, Position to, params WallConfiguration[] walls)
    {
        double lossDb = new FloorPlan(walls).LossDb(from, to, Channel6);
        Assert.That(new FloorPlan(walls).LossDb(to, from, Channel6), Is.EqualTo(lossDb), "the other way");
        var turned = new FloorPlan([.. walls.Select(w => w with { From = w.To, To = w.From })]);
        Assert.That(turned.LossDb(from, to, Channel6), Is.EqualTo(lossDb), "walls turned");
        return lossDb;
    }

    [Test]
    public void ThePathLosesInTheWallsThatItCrosses()
    {
        WallConfiguration[] walls = [Wall(2, -5, 2, 5, 3), Wall(4, 1, 4, 5, 10), Wall(6, -9, 9, 9, 0.5), Wall(0, 7, 9, 7, 40)];
        Assert.Multiple(() =>
        {
            Assert.That(LossDb(new(0, 0, 1), new(10, 0, 1), walls), Is.EqualTo(3.5));
            Assert.That(LossDb(new(0, 0, 1), new(1, 0, 1), walls), Is.Zero, "ends before the first");
            Assert.That(LossDb(new(0, 0, 1), new(3, 3, 1), walls), Is.EqualTo(3));
            Assert.That(LossDb(new(0, 3, 1), new(5, 3, 1), walls), Is.EqualTo(13));
            Assert.That(LossDb(new(1, 6, 1), new(1, 8, 1), walls), Is.EqualTo(40));
        });
    }

    [Test]
    public void HeightIsOfNoAccount()
    {
        Assert.That(LossDb(new(0, 0, -100), new(10, 0, 500), Wall(5, -1, 5, 1, 7)), Is.EqualTo(7));
        Assert.That(LossDb(new(5, 0, 0), new(5, 0, 9), Wall(5, -1, 5, 1, 7)), Is.Zero, "one above the other");
    }

    [Test]
    public void WhatStandsOnAWallOrGoesAlongItIsNotBeyondIt()
    {
        var wall = Wall(0, 0, 10, 0);
        Assert.Multiple(() =>
        {
            Assert.That(LossDb(new(5, 0, 1), new(5, 9, 1), wall), Is.Zero, "from on it");
            Assert.That(LossDb(new(5, 0, 1), new(5, -9, 1), wall), Is.Zero, "to the other side");
            Assert.That(LossDb(new(-5, 0, 1), new(15, 0, 1), wall), Is.Zero, "along it");
            Assert.That(LossDb(new(2, 0, 1), new(3, 0, 1), wall), Is.Zero, "within it");
            Assert.That(LossDb(new(3, 4, 1), new(3, 4, 1), wall), Is.Zero, "both at one place");
            Assert.That(LossDb(new(3, 0, 1), new(3, 0, 1), wall), Is.Zero, "both at one place of it");
        });
    }

    // The second joint is on the path as far as roundings let it.
    [TestCase(0, 5, 5, 5, 10, 5, 5, 0, 5, 10)]
    [TestCase(0.1, 0.3, 0.4, 1.2, 0.7, 2.1, 0.1, 2.9, 0.7, -0.5)]
    public void AJointOfTwoWallsInALineIsOneWall(
        double x1, double y1, double x2, double y2, double x3, double y3, double x, double y, double toX, double toY)
    {
        Assert.That(LossDb(new(x, y, 1), new(toX, toY, 1), Wall(x1, y1, x2, y2), Wall(x2, y2, x3, y3)), Is.EqualTo(1));
        Assert.That(LossDb(new(x, y, 1), new(toX, toY, 1), Wall(x1, y1, x2, y2), Wall(x3, y3, x2, y2)), Is.EqualTo(1));
    }

    [Test]
    public void TheTreeMissesNoWall()
    {
        // Whole numbers, so that ends touch walls and paths, and others.
        var place = Gen.OneOf(Gen.Int[-6, 6].Select(i => (double)i), Gen.Double[-6, 6]);
        var wall = Gen.Select(place, place, place, place, Gen.Int[1, 9]).Where(w => (w.Item1, w.Item2) != (w.Item3, w.Item4))
            .Select(w => Wall(w.Item1, w.Item2, w.Item3, w.Item4, w.Item5));
        Gen.Select(wall.Array[0, 40], place, place, place, place).Sample((walls, x, y, toX, toY) =>
        {
            Position from = new(x, y, 0), to = new(toX, toY, 3);
            Assert.That(LossDb(from, to, walls), Is.EqualTo(walls.Sum(w => LossDb(from, to, w))));
        });
    }

    [Test]
    public void FarFromTheOriginAWallsEndsStillHold() =>
        Assert.That(LossDb(new(999_995, 1e6 - 3, 1), new(999_995, 1e6 - 7, 1), Wall(999_990, 1e6 - 5, 999_995, 1e6 - 5),
            Wall(999_995, 1e6 - 5, 1e6, 1e6 - 5)), Is.EqualTo(1));

    /// <summary>An office of 512 rooms of 4 m by 4 m: a wall to the north of each, and one to the east.</summary>
    [Test]
    public void APathLooksAtTheWallsNearIt()
    {
        const int Columns = 32, Rows = 16, Paths = 1000;
        var plan = new FloorPlan([.. Enumerable.Range(0, Columns * Rows).SelectMany(room =>
        {
            double x = room % Columns * 4, y = room / Columns * 4;
            return new[] { Wall(x, y + 4, x + 4, y + 4), Wall(x + 4, y, x + 4, y + 4) };
        })]);
        var random = new Random(1);
        double ComparisonsOf(double reach)
        {
            long before = plan.Comparisons;
            for (int i = 0; i < Paths; i++)
            {
                double x = random.NextDouble() * 128, y = random.NextDouble() * 64;
                plan.LossDb(new(x, y, 1), new(x + ((random.NextDouble() - 0.5) * reach), y + ((random.NextDouble() - 0.5) * reach), 1), Channel6);
            }
            return (plan.Comparisons - before) / (double)Paths;
        }
        double near = ComparisonsOf(10), far = ComparisonsOf(128);
        TestContext.Out.WriteLine($"boxes of 2047 a path is compared with: {near:f0} within 5 m, {far:f0} within 64 m");
        Assert.That(near, Is.LessThan(40));
        Assert.That(far, Is.LessThan(120));
    }

    [Test]
    public void WhereEveryWallIsCrossedEveryBoxIsLookedAtOnce()
    {
        var plan = new FloorPlan([.. Enumerable.Range(1, MediumLimits.Walls).Select(i => Wall(i, -1, i, 1))]);
        Assert.That(plan.LossDb(default, new(2000, 0, 0), Channel6), Is.EqualTo(MediumLimits.Walls));
        Assert.That(plan.Comparisons, Is.EqualTo((2 * MediumLimits.Walls) - 1));
    }
}
