using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using static ShmWifi.Tests.Unit.ShmMedium.Medium.Links.TestMedium;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

public class LinkTableCostTests
{
    [Test]
    public void ManyRadiosTakeRoomForThePairsThatWereLookedAt()
    {
        const int Radios = 1000, OnOneChannel = 50, Channels = Radios / OnOneChannel;
        long before = GC.GetAllocatedBytesForCurrentThread();
        var table = new LinkTable(new MediumConfiguration(), mediumNs: 0);
        LinkEndpoint[] radios = [.. Enumerable.Range(0, Radios).Select(i => table.Add($"vm{i}"))];
        double made = (GC.GetAllocatedBytesForCurrentThread() - before) / 1e6;
        before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var from in radios)
        {
            for (int to = from.Index % Channels; to < Radios; to += Channels)
                table.Of(from, radios[to], 5180, mediumNs: 0);
        }
        double looked = (GC.GetAllocatedBytesForCurrentThread() - before) / 1e6;
        TestContext.Out.WriteLine($"{made:f1} MB for the radios, {looked:f1} MB for their pairs");
        Assert.That(made, Is.LessThan(15));
        Assert.That(looked, Is.LessThan(20), "a place of 4 bytes for each pair, 72 for those on one channel, and as much where rows grew");
    }

    [Test]
    public void PairsAreThoseOfTheirReceiversHoweverTheRowGrew()
    {
        var medium = new MediumConfiguration { Links = [.. Enumerable.Range(0, 40).Select(i => Snr("vm0", $"vm{i * 10}", i))] };
        var table = new LinkTable(medium, mediumNs: 0);
        LinkEndpoint[] radios = [.. Enumerable.Range(0, 400).Select(i => table.Add($"vm{i}"))];
        for (int round = 0; round < 2; round++)
        {
            for (int i = 39; i > 0; i--)
                Assert.That(table.Of(radios[0], radios[i * 10], 2412, mediumNs: 0).SnrDb, Is.EqualTo(i));
        }
        table.Remove(radios[50]);
        var successor = table.Add("vm60");
        Assert.That(successor.Index, Is.EqualTo(50));
        Assert.That(table.Of(radios[0], successor, 2412, mediumNs: 0).SnrDb, Is.EqualTo(6));
        table.Apply(new SetLink(Snr("vm0", "vm70", 33)), medium with { Links = [.. medium.Links, Snr("vm0", "vm70", 33)] }, mediumNs: 0);
        Assert.That(table.Of(radios[0], radios[70], 2412, mediumNs: 0).SnrDb, Is.EqualTo(33));
    }

    /// <summary>On the engine's thread no frame passes meanwhile: whoever asks for the change has the places of its links found.</summary>
    [Test]
    public void TenThousandLinksComeToTheEngineInTheirPlaces()
    {
        const int Vms = 142;
        var medium = new MediumConfiguration
        {
            Links = [.. Enumerable.Range(1, Vms - 1).SelectMany(to => Enumerable.Range(0, to).Select(from => Snr($"vm{from}", $"vm{to}", 20)))],
        };
        var table = new LinkTable(new MediumConfiguration(), mediumNs: 0);
        LinkEndpoint[] radios = [.. Enumerable.Range(0, Vms).Select(i => table.Add($"vm{i}"))];
        foreach (var from in radios)
        {
            foreach (var to in radios)
                _ = table.Snr(from, to);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        var given = LinkOverrides.Of(medium.Links);
        long prepared = GC.GetAllocatedBytesForCurrentThread() - before;
        before = GC.GetAllocatedBytesForCurrentThread();
        table.Apply(new ReplaceMedium(medium), medium, mediumNs: 0, given);
        long applied = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Out.WriteLine($"{medium.Links.Count} links: {prepared} bytes to prepare, {applied} to apply");
        Assert.That(table.Snr(radios[7], radios[77]), Is.EqualTo(20));
        Assert.That(applied, Is.LessThan(prepared / 100));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void AFrameAllocatesNothing(bool isNakagami)
    {
        var medium = new MediumConfiguration
        {
            Radios = [new(Pattern("vm1")) { Motion = new RandomWaypointMotion(default, new(50, 50, 1), 1, 100, TimeSpan.Zero) }],
            Links = [Snr("vm2", "*", 20), Loss("vm3", "vm4", 0.5)],
            Propagation = new TwoRayGroundPropagation(1) { ShadowingDb = 4 },
            Walls = [.. WallMaterial.All.Select((m, i) => new WallConfiguration(m.Word, new(i, -9), new(9, 9), new WallSlab(m, 3)))],
            Fading = new(3, TimeSpan.FromMilliseconds(1)) { NakagamiM = isNakagami ? 0.7 : null },
        };
        var table = new LinkTable(medium, mediumNs: 0);
        LinkEndpoint[] radios = [.. Enumerable.Range(0, 32).Select(i => table.Add($"vm{i}"))];
        long nowNs = 0;
        Assert.That(Allocations.OfWarm(FramesForAWhile), Is.Zero);

        void FramesForAWhile()
        {
            for (int i = 0; i < 100; i++, nowNs += 3 * Millisecond)
                Frames(nowNs);
        }

        void Frames(long mediumNs)
        {
            foreach (var from in radios)
            {
                foreach (var to in radios)
                {
                    table.Of(from, to, mediumNs / Millisecond % 2 == 0 ? 2412 : 5180, mediumNs);
                    table.NextDraw(from, to);
                }
            }
        }
    }
}
