using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

public class RandomStreamTests
{
    // What SplitMix64 gives when seeded with 1234567, as its reference implementation and Rosetta Code have it.
    [TestCase(0UL, 6457827717110365317UL)]
    [TestCase(1UL, 3203168211198807973UL)]
    [TestCase(2UL, 9817491932198370423UL)]
    [TestCase(3UL, 4593380528125082431UL)]
    [TestCase(4UL, 16408922859458223821UL)]
    public void AStreamIsSplitMix64(ulong n, ulong number) => Assert.That(RandomStream.At(1234567, n), Is.EqualTo(number));

    [TestCase(0UL)]
    [TestCase(ulong.MaxValue)]
    public void AUniformNumberIsNeitherZeroNorOne(ulong bits) => Assert.That(RandomStream.Uniform(bits), Is.GreaterThan(0).And.LessThan(1));

    [TestCase(0UL)]
    [TestCase(ulong.MaxValue)]
    public void ADrawIsBelowOne(ulong bits) => Assert.That(RandomStream.UniformSingle(bits), Is.GreaterThanOrEqualTo(0).And.LessThan(1));

    [Test]
    public void NormalNumbersHaveTheirMomentsAndAreIndependent()
    {
        const int Count = 200_000;
        ulong key = RandomStream.Key(1, RandomPurpose.Shadowing, 2, 3);
        double sum = 0, squares = 0, products = 0, beyondTwo = 0;
        for (ulong n = 0; n < Count; n++)
        {
            (double x, double y) = RandomStream.Normal(key, n);
            (sum, squares, products) = (sum + x + y, squares + (x * x) + (y * y), products + (x * y));
            beyondTwo += (Math.Abs(x) > 2 ? 1 : 0) + (Math.Abs(y) > 2 ? 1 : 0);
        }
        // Four standard errors of each figure.
        Assert.Multiple(() =>
        {
            Assert.That(sum / (2 * Count), Is.EqualTo(0).Within(4 / Math.Sqrt(2 * Count)));
            Assert.That(squares / (2 * Count), Is.EqualTo(1).Within(4 * Math.Sqrt(2.0 / (2 * Count))));
            Assert.That(products / Count, Is.EqualTo(0).Within(4 / Math.Sqrt(Count)));
            Assert.That(beyondTwo / (2 * Count), Is.EqualTo(0.0455).Within(4 * Math.Sqrt(0.0455 / (2 * Count))));
        });
    }

    [Test]
    public void DrawsAreUniform()
    {
        var table = new LinkTable(new MediumConfiguration(), mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        const int Count = 100_000, Cells = 100;
        int[] cells = new int[Cells];
        for (int i = 0; i < Count; i++)
            cells[(int)(table.NextDraw(a, b) * Cells)]++;
        double chiSquared = cells.Sum(n => (n - (Count / Cells)) * (double)(n - (Count / Cells)) / (Count / Cells));
        Assert.That(chiSquared, Is.LessThan(148.2), "99.9 % point of chi squared of 99 degrees");
    }

    [Test]
    public void APairsDrawsDoNotDependOnOthersNorOnTheOrderOfComing()
    {
        var table = new LinkTable(new MediumConfiguration { Seed = 7 }, mediumNs: 0);
        LinkEndpoint a = table.Add("a"), b = table.Add("b");
        float[] alone = Draws(table, a, b, 100);

        table = new LinkTable(new MediumConfiguration { Seed = 7 }, mediumNs: 5);
        var c = table.Add("c");
        b = table.Add("b");
        a = table.Add("a");
        float[] among = [.. Enumerable.Range(0, 100).Select(_ =>
        {
            table.NextDraw(b, a);
            table.NextDraw(a, c);
            return table.NextDraw(a, b);
        })];
        Assert.That(among, Is.EqualTo(alone));
    }

    [Test]
    public void OtherSeedsDirectionsAndRadiosHaveOtherDraws()
    {
        var one = new LinkTable(new MediumConfiguration { Seed = 1 }, mediumNs: 0);
        var two = new LinkTable(new MediumConfiguration { Seed = 2 }, mediumNs: 0);
        LinkEndpoint a = one.Add("a"), b = one.Add("b"), c = one.Add("c");
        float[][] draws = [Draws(one, a, b, 10), Draws(one, b, a, 10), Draws(one, a, c, 10), Draws(two, two.Add("a"), two.Add("b"), 10)];
        Assert.That(draws.SelectMany(d => d), Is.Unique);
    }

    private static float[] Draws(LinkTable table, LinkEndpoint from, LinkEndpoint to, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => table.NextDraw(from, to))];
}
