using System.Diagnostics;
using CsCheck;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class LinkListTests
{
    private static readonly Gen<LinkConfiguration> AnyLink =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Double[0, 30], (from, to, snrDb) => Link(from, to) with { SnrDb = snrDb });

    private static LinkConfiguration Link(int from, int to) => new(RadioPattern.Of($"vm{from}"), RadioPattern.Of($"vm{to}")) { SnrDb = 20 };

    /// <summary>All pairs, each in both directions by one link.</summary>
    private static IEnumerable<LinkConfiguration> Pairs(int vms) =>
        Enumerable.Range(1, vms).SelectMany(to => Enumerable.Range(1, to - 1).Select(from => Link(from, to)));

    [Test]
    public void ChangesAreThoseOfAListThatIsSearched() =>
        Gen.Select(AnyLink.List[0, 12], Gen.Select(AnyLink, Gen.Bool).List[0, 40]).Sample((first, changes) =>
        {
            List<LinkConfiguration> expected = [.. first];
            var medium = new MediumConfiguration { Links = first };
            foreach (var (link, isSet) in changes)
            {
                expected.RemoveAll(l => l.From == link.From && l.To == link.To);
                if (isSet)
                    expected.Add(link);
                medium = (isSet ? (MediumChange)new SetLink(link) : new RemoveLink(link.From, link.To)).ApplyTo(medium);
                Assert.That(medium.Links, Is.EqualTo(expected));
            }

            Assert.That(Enumerable.Range(0, expected.Count).Select(i => medium.Links[i]), Is.EqualTo(expected));
        });

    [Test]
    public void AChangeLeavesTheMediumBeforeAsItWas()
    {
        var before = new MediumConfiguration { Links = [Link(1, 2), Link(3, 4)] };
        var after = new SetLink(Link(1, 2) with { SnrDb = 5 }).ApplyTo(before);
        Assert.That(before.Links, Is.EqualTo(new[] { Link(1, 2), Link(3, 4) }));
        Assert.That(after.Links.Select(l => l.SnrDb), Is.EqualTo(new[] { 20, 5 }));
    }

    [Test]
    public void AFileHasRoomForAllPairsOfAHundredRadiosEachWay()
    {
        string text = "links: [" + string.Join(',', Enumerable.Range(0, 100).SelectMany(from => Enumerable.Range(0, 100).Where(to => to != from)
            .Select(to => $"{{from: '02:00:00:00:00:{from:x2}', to: '02:00:00:00:00:{to:x2}', snrDb: 20, oneWay: true}}"))) + "]";
        Assert.That(MediumText.ReadMedium(text, "medium.yaml").Links, Has.Count.EqualTo(9900));
    }

    /// <summary>A list that was copied for each change would make the last thousand of ten cost some twenty times what the first cost.</summary>
    [Test]
    public void AChangeCostsAsMuchAmongTenThousandLinksAsAmongAFew()
    {
        LinkConfiguration[] links = [.. Pairs(142).Take(10_000)];
        var medium = new SetLink(links[0]).ApplyTo(new MediumConfiguration());
        long memory = GC.GetTotalMemory(forceFullCollection: true);
        long first = AllocatedBySetting(links[..1000], ref medium);
        _ = AllocatedBySetting(links[1000..9000], ref medium);
        long last = AllocatedBySetting(links[9000..], ref medium);
        memory = GC.GetTotalMemory(forceFullCollection: true) - memory;
        long again = AllocatedBySetting([.. links[..1000].Select(link => link with { SnrDb = 3 })], ref medium);
        TestContext.Out.WriteLine($"bytes a change: {first / 1000}, {last / 1000}, a second time {again / 1000}; {memory / 10_000} stay");
        Assert.That(medium.Links, Has.Count.EqualTo(10_000));
        Assert.That(last, Is.LessThan(3 * first), "by the depth of the tree");
        Assert.That(again, Is.LessThan(6 * first), "one is taken out, another comes");
        Assert.That(memory / 10_000, Is.LessThan(1000));
    }

    private static long AllocatedBySetting(LinkConfiguration[] links, ref MediumConfiguration medium)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var link in links)
            medium = new SetLink(link).ApplyTo(medium);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    // One more than there is room for is refused without a look at each.
    [Test]
    public void ThereIsRoomForAllPairsOfAllPortsEachWayAndNoMore()
    {
        const int Vms = MediumLimits.Vms;
        var medium = new MediumConfiguration { Links = [.. Enumerable.Range(0, MediumLimits.Links).Select(i => Link(i / Vms, i % Vms))] };
        Assert.That(medium.Links, Has.Count.EqualTo(Vms * (Vms - 1)));
        Assert.That(MediumLimits.Problem(medium), Is.Null);
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < 100; i++)
            Assert.That(MediumLimits.Problem(new SetLink(Link(i, i + 2)).ApplyTo(medium)), Is.Null);
        TestContext.Out.WriteLine($"a change among {medium.Links.Count} links takes {clock.Elapsed.TotalMicroseconds / 100:f0} µs");
        Assert.That(MediumLimits.Problem(new SetLink(Link(Vms, Vms)).ApplyTo(medium)),
            Is.EqualTo($"'links' has {MediumLimits.Links + 1} entries; allowed: at most {MediumLimits.Links}"));
    }
}
