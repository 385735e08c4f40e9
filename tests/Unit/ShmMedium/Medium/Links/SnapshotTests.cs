using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using static ShmWifi.Tests.Unit.ShmMedium.Medium.Links.TestMedium;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

public class SnapshotTests
{
    private static readonly MotionConfiguration[] Motions =
    [
        new LinearMotion(new(1, 2, 3), default),
        new LinearMotion(new(1, 2, 3), new(1, -1, 0.5)),
        new WaypointMotion(
            [new(TimeSpan.FromSeconds(5), default), new(TimeSpan.FromSeconds(20), new(30, 0, 0)), new(TimeSpan.FromSeconds(60), new(0, 40, 0))]),
        new WaypointMotion([new(TimeSpan.FromSeconds(5), default), new(TimeSpan.FromSeconds(6), new(30, 0, 0))]),
        new RandomWaypointMotion(new(0, 0, 1), new(50, 50, 1), 0.5, 2, TimeSpan.FromSeconds(1)),
    ];

    [TestCaseSource(nameof(Motions))]
    public void ASavedMotionGoesOnAsTheRunningOne(MotionConfiguration motion)
    {
        long[] saves = [0, 3 * Second, (12 * Second) + 345_678_900, 100 * Second];
        foreach (long now in saves)
        {
            MediumConfiguration medium = new();
            var running = new LinkTable(medium, mediumNs: 0);
            var radio = running.Add("a");
            var change = new SetRadio(new(Pattern("a")) { Motion = motion });
            medium = change.ApplyTo(medium);
            running.Apply(change, medium, Second);

            var saved = new LinkTable(running.Snapshot(medium, Second + now), mediumNs: 0).Add("a");
            for (long ns = 0; ns < 100 * Second; ns += Second / 4)
                Assert.That((saved.PositionAt(ns) - radio.PositionAt(Second + now + ns)).Length, Is.LessThan(1e-6), $"saved at {now}, {ns} later");
        }
    }

    [Test]
    public void ASavedMediumHasTheSameLinks()
    {
        var medium = new MediumConfiguration
        {
            Seed = 8,
            Radios = [new(Pattern("a")) { Motion = Motions[4], TxPowerDbm = 10 }, At("b", 20)],
            Links = [Snr("c", "a", 12)],
            Propagation = new LogDistancePropagation(3, 1) { ShadowingDb = 6 },
        };
        var running = new LinkTable(medium, mediumNs: 0);
        LinkEndpoint a = running.Add("a"), b = running.Add("b"), c = running.Add("c");
        var saved = running.Snapshot(medium, 50 * Second);
        var again = new LinkTable(MediumText.ReadMedium(MediumWriter.ToYaml(saved), "saved.yaml"), mediumNs: 0);
        LinkEndpoint a2 = again.Add("a"), b2 = again.Add("b"), c2 = again.Add("c");
        Assert.Multiple(() =>
        {
            for (long ns = 0; ns < 20 * Second; ns += 40 * Millisecond)
                Assert.That(again.Snr(a2, b2, ns), Is.EqualTo(running.Snr(a, b, (50 * Second) + ns)).Within(1e-4));
            Assert.That(again.Snr(a2, c2), Is.EqualTo(12));
            Assert.That(saved with { Radios = medium.Radios }, Is.EqualTo(medium));
        });
    }
}
