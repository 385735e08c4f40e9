using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using static ShmWifi.Tests.Unit.ShmMedium.Medium.Links.TestMedium;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

public class ShadowingTests
{
    private static MediumConfiguration Medium(ulong seed = 1) =>
        new() { Seed = seed, Propagation = new FreeSpacePropagation { ShadowingDb = 6 }, Radios = [At("b", 10)] };

    [Test]
    public void ShadowingIsNormalAroundThePathLossWithItsDeviation()
    {
        const int Count = 100;
        var table = new LinkTable(Medium(), mediumNs: 0);
        LinkEndpoint[] here = [.. Enumerable.Range(0, Count).Select(i => table.Add("a", $"phy{i}"))];
        LinkEndpoint[] there = [.. Enumerable.Range(0, Count).Select(i => table.Add("b", $"phy{i}"))];
        double[] shadows = [.. here.SelectMany(a => there.Select(b => table.Signal(a, b) - (20 - 60.18)))];
        double mean = shadows.Average(), deviation = Math.Sqrt(shadows.Average(s => (s - mean) * (s - mean)));
        Assert.Multiple(() =>
        {
            Assert.That(mean, Is.EqualTo(0).Within(4 * 6 / Math.Sqrt(shadows.Length)));
            Assert.That(deviation, Is.EqualTo(6).Within(4 * 6 / Math.Sqrt(2.0 * shadows.Length)));
            Assert.That(shadows.Count(s => s < -6) / (double)shadows.Length, Is.EqualTo(0.1587).Within(0.015));
        });
    }

    [Test]
    public void ShadowingIsTheSameBothWaysAtAllTimesAndForTheSameNames()
    {
        var table = new LinkTable(Medium(), mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        float shadowed = table.Signal(a, b);
        var other = new LinkTable(Medium(), mediumNs: 77);
        LinkEndpoint b2 = other.Add("b"), a2 = other.Add("a");
        Assert.Multiple(() =>
        {
            Assert.That(table.Signal(b, a), Is.EqualTo(shadowed));
            Assert.That(other.Signal(a2, b2, 5 * Second), Is.EqualTo(shadowed));
            Assert.That(table.Of(a, b, 5180, 0).SignalDbm - shadowed, Is.EqualTo(-6.55).Within(0.01), "frequency changes the path loss alone");
        });
    }

    [Test]
    public void AnotherSeedCastsOtherShadows()
    {
        LinkTable one = new(Medium(1), mediumNs: 0), two = new(Medium(2), mediumNs: 0);
        Assert.That(one.Signal(one.Add("a"), one.Add("b")), Is.Not.EqualTo(two.Signal(two.Add("a"), two.Add("b"))));
    }

    [Test]
    public void AGivenLinkHasNoShadow()
    {
        var table = new LinkTable(Medium() with { Links = [Snr("a", "b", 20)] }, mediumNs: 0);
        Assert.That(table.Snr(table.Add("a"), table.Add("b")), Is.EqualTo(20));
    }
}
