using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using static ShmWifi.Tests.Unit.ShmMedium.Medium.Links.TestMedium;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

public class FadingTests
{
    private const int Blocks = 100_000;

    private static double[] Gains(double k, double? nakagamiM = null)
    {
        var fading = new BlockFading(new FadingConfiguration(k, TimeSpan.FromMilliseconds(1)) { NakagamiM = nakagamiM }, seed: 3);
        ulong key = RandomStream.Key(3, RandomPurpose.Fading, 1, 2);
        return [.. Enumerable.Range(0, Blocks).Select(block => fading.PowerGain(key, block))];
    }

    // The variance of the power gain is (2K + 1) / (K + 1)^2. The tolerance is four standard errors.
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(4)]
    [TestCase(20)]
    public void FadingNeitherAddsNorTakesPowerAndVariesByK(double k)
    {
        double[] gains = Gains(k);
        double variance = ((2 * k) + 1) / ((k + 1) * (k + 1));
        double measured = gains.Sum(g => (g - 1) * (g - 1)) / Blocks;
        Assert.Multiple(() =>
        {
            Assert.That(gains.Average(), Is.EqualTo(1).Within(4 * Math.Sqrt(variance / Blocks)));
            // The fourth central moment of the exponential distribution, K = 0, is 9: the widest of them.
            Assert.That(measured, Is.EqualTo(variance).Within(4 * Math.Sqrt(8.0 / Blocks)));
        });
    }

    // Rayleigh's power is exponentially distributed: P(g < x) = 1 - exp(-x).
    [TestCase(0.01)]
    [TestCase(0.1)]
    [TestCase(1)]
    [TestCase(3)]
    public void RayleighsPowerIsExponential(double power)
    {
        double expected = 1 - Math.Exp(-power);
        Assert.That(Gains(0).Count(g => g < power) / (double)Blocks,
            Is.EqualTo(expected).Within(4 * Math.Sqrt(expected * (1 - expected) / Blocks)));
    }

    // P(g < 0.1) of Rice's distribution with K = 4: 1 - Q1(sqrt(2K), sqrt(2(K+1) 0.1)), Marcum's Q of the first order
    // as the sum of Poisson(K) weights of the gamma distributions n + 1 at (K+1) 0.1.
    [Test]
    public void RiciansDeepFadesAreAsRareAsMarcumsQHasThem()
    {
        const double K = 4, Power = 0.1;
        double expected = 0, weight = Math.Exp(-K), x = (K + 1) * Power;
        for (int n = 0; n < 60; n++, weight *= K / n)
        {
            double term = Math.Exp(-x), below = 1;
            for (int i = 0; i <= n; i++, term *= x / i)
                below -= term;
            expected += weight * below;
        }
        Assert.That(Gains(K).Count(g => g < Power) / (double)Blocks,
            Is.EqualTo(expected).Within(4 * Math.Sqrt(expected * (1 - expected) / Blocks)));
    }

    private static double[] Nakagami(double m) => Gains(k: 0, m);

    // The power gain is gamma distributed: mean 1, variance 1/m, third central moment 2/m^2, fourth (3 + 6/m)/m^2, sixth as below.
    // The tolerance is four standard errors.
    [TestCase(0.5)]
    [TestCase(0.75)]
    [TestCase(1)]
    [TestCase(1.5)]
    [TestCase(4)]
    public void NakagamisPowerHasTheMomentsOfTheGammaDistribution(double m)
    {
        double[] gains = Nakagami(m);
        double second = 1 / m, third = 2 / (m * m), fourth = (3 + (6 / m)) / (m * m);
        double sixth = ((15 * m * m) + (130 * m) + 120) / Math.Pow(m, 5);
        Assert.Multiple(() =>
        {
            Assert.That(gains.Average(), Is.EqualTo(1).Within(4 * Math.Sqrt(second / Blocks)));
            Assert.That(gains.Average(g => Math.Pow(g - 1, 2)), Is.EqualTo(second).Within(4 * Math.Sqrt((fourth - (second * second)) / Blocks)));
            Assert.That(gains.Average(g => Math.Pow(g - 1, 3)), Is.EqualTo(third).Within(4 * Math.Sqrt((sixth - (third * third)) / Blocks)));
        });
    }

    // m = 1 is Rayleigh fading; m = 0.5 the square of a normal deviate, whose distribution is the error function's; each block has its own draw.
    [Test]
    public void NakagamisPowerIsDistributedAsForKnownM()
    {
        double rayleigh = 1 - Math.Exp(-0.1), chiSquare = 0.24817; // P(z^2 < 0.1): erf(sqrt(0.05))
        double[] half = Nakagami(0.5);
        Assert.Multiple(() =>
        {
            Assert.That(Nakagami(1).Count(g => g < 0.1) / (double)Blocks,
                Is.EqualTo(rayleigh).Within(4 * Math.Sqrt(rayleigh * (1 - rayleigh) / Blocks)));
            Assert.That(half.Count(g => g < 0.1) / (double)Blocks, Is.EqualTo(chiSquare).Within(4 * Math.Sqrt(chiSquare * (1 - chiSquare) / Blocks)));
            Assert.That(half.Zip(half.Skip(1), (a, b) => (a - 1) * (b - 1)).Average(), Is.Zero.Within(4 * 2 / Math.Sqrt(Blocks)));
        });
    }

    [Test]
    public void ADrawHoldsForTheCoherenceTimeAndBothWays()
    {
        var medium = new MediumConfiguration { Links = [Snr("a", "b", 20)], Fading = new(0, TimeSpan.FromMilliseconds(20)) };
        var table = new LinkTable(medium, mediumNs: 5 * Millisecond);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        float[] blocks = [.. Enumerable.Range(0, 50).Select(block => table.Snr(a, b, (5 + (20 * block)) * Millisecond))];
        Assert.Multiple(() =>
        {
            Assert.That(blocks, Is.Unique);
            for (int block = 0; block < blocks.Length; block++)
            {
                long start = (5 + (20 * block)) * Millisecond;
                Assert.That(table.Snr(a, b, start + (20 * Millisecond) - 1), Is.EqualTo(blocks[block]));
                Assert.That(table.Snr(b, a, start + (7 * Millisecond)), Is.EqualTo(blocks[block]));
            }
        });
    }

    [Test]
    public void APairFadesTheSameWhateverElseIsAskedAndWhen()
    {
        var medium = new MediumConfiguration { Fading = new(2, TimeSpan.FromMilliseconds(3)), Seed = 9 };
        var first = new LinkTable(medium, mediumNs: 0);
        LinkEndpoint a = first.Add("a"), b = first.Add("b");
        float[] once = [.. Enumerable.Range(0, 100).Select(i => first.Snr(a, b, i * 3 * Millisecond))];

        var second = new LinkTable(medium, mediumNs: 0);
        var d = second.Add("d");
        (b, a) = (second.Add("b"), second.Add("a"));
        float[] again = new float[100];
        for (int i = 99; i >= 0; i--)
        {
            second.Snr(a, d, i);
            again[i] = second.Snr(a, b, (i * 3 * Millisecond) + 2);
        }
        Assert.That(again, Is.EqualTo(once));
    }

    [Test]
    public void PairsFadeIndependently()
    {
        var table = new LinkTable(new MediumConfiguration { Fading = new(0, TimeSpan.FromMilliseconds(1)) }, mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b"), c = table.Add("c");
        double[] ab = Faded(b), ac = Faded(c);
        double correlation = ab.Zip(ac, (x, y) => (x - ab.Average()) * (y - ac.Average())).Sum()
            / Math.Sqrt(ab.Sum(x => (x - ab.Average()) * (x - ab.Average())) * ac.Sum(x => (x - ac.Average()) * (x - ac.Average())));
        Assert.That(correlation, Is.EqualTo(0).Within(4 / Math.Sqrt(ab.Length)));

        double[] Faded(LinkEndpoint to) => [.. Enumerable.Range(0, 1000).Select(i => (double)table.Snr(a, to, i * Millisecond))];
    }

    [Test]
    public void ALossIsNotFaded()
    {
        var table = new LinkTable(new MediumConfiguration { Links = [Loss("a", "b", 0.5)], Fading = new(0, TimeSpan.FromMilliseconds(1)) },
            mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        Assert.That(Enumerable.Range(0, 20).Select(i => table.Of(a, b, Channel6, i * Millisecond)), Is.All.EqualTo(new LinkBudget(-30, 61, 0.5f)));
    }
}
