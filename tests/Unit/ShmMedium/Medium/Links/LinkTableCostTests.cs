using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using static ShmWifi.Tests.Unit.ShmMedium.Medium.Links.TestMedium;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Links;

public class LinkTableCostTests
{
    [Test]
    public void AFrameAllocatesNothing()
    {
        var medium = new MediumConfiguration
        {
            Radios = [new(Pattern("vm1")) { Motion = new RandomWaypointMotion(default, new(50, 50, 1), 1, 100, TimeSpan.Zero) }],
            Links = [Snr("vm2", "*", 20), Loss("vm3", "vm4", 0.5)],
            Propagation = new TwoRayGroundPropagation(1) { ShadowingDb = 4 },
            Fading = new(3, TimeSpan.FromMilliseconds(1)),
        };
        var table = new LinkTable(medium, mediumNs: 0);
        LinkEndpoint[] radios = [.. Enumerable.Range(0, 32).Select(i => table.Add($"vm{i}"))];
        Frames(mediumNs: 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i < 100; i++)
            Frames(i * 3 * Millisecond);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Frames(long mediumNs)
        {
            foreach (var from in radios)
            {
                foreach (var to in radios)
                {
                    table.Of(from, to, mediumNs % 2 == 0 ? 2412 : 5180, mediumNs);
                    table.NextDraw(from, to);
                }
            }
        }
    }
}
