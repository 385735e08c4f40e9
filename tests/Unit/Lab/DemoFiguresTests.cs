using ShmWifi.Demo;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Report;

namespace ShmWifi.Tests.Unit.Lab;

public class DemoFiguresTests
{
    [Test]
    public void QuantilesAreOfTheNearestRank()
    {
        var summary = RttSummary.Of(Enumerable.Range(1, 200).Select(value => (double)value).Reverse());
        Assert.That(summary, Is.EqualTo(new RttSummary(100, 180, 198, 200)));
    }

    [Test]
    public void NothingMeasuredIsNoSummary() => Assert.That(RttSummary.Of([]), Is.Null);

    [TestCase("wlan0: deauthenticating from 02:00:00:00:00:00 by local choice (Reason: 3)", true)]
    [TestCase("wlan0: CTRL-EVENT-DISCONNECTED bssid=02:00:00:00:00:00 reason=4", true)]
    [TestCase("wlan0: authentication with 02:00:00:00:00:00 timed out", true)]
    [TestCase("wlan0: STA 02:00:00:00:00:00 IEEE 802.11: disassociated", true)]
    [TestCase("wlan0: CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:00:00 completed", false)]
    [TestCase("wlan0: authenticate with 02:00:00:00:00:00", false)]
    public void ALostLinkIsSeenInALog(string line, bool lost) => Assert.That(GuestLogs.TellsOfLostLink(line), Is.EqualTo(lost));

    [TestCase(30, 30 * 28, 0, "in pages", Description = "a virtqueue of 1024 a reload")]
    [TestCase(2, 2 * 2048, 0, "in pages", Description = "the page structs of a region of 128 MiB a reload")]
    [TestCase(30, 30 * 128, 0, "in pages", Description = "those of a region of 8 MiB")]
    [TestCase(30, 0, 1505, "in slabs")]
    [TestCase(30, 512, 1504, null)]
    public void AGuestThatGrowsWithItsReloadsIsTold(int reloads, long pagesKib, long slabKib, string? problem)
    {
        var first = new GuestMemory(120_000, 14_000, 13_000, 276, 28_000);
        var last = first with { UnreclaimableKib = first.UnreclaimableKib + slabKib, KernelKib = first.KernelKib + slabKib + pagesKib };
        var problems = ReloadSoak.Growth(reloads, new FirstAndLast<GuestMemory>(first, last), new FirstAndLast<long>(5, 5));
        Assert.That(problems, problem == null ? Is.Empty : Has.One.StartsWith($"the guest's kernel, {problem}: "));
    }

    [Test]
    public void ADaemonThatGrowsWithReloadsIsTold()
    {
        var guest = new GuestMemory(120_000, 14_000, 13_000, 276, 28_000);
        Assert.That(ReloadSoak.Growth(30, new FirstAndLast<GuestMemory>(guest, guest), new FirstAndLast<long>(40_000, 56_385)), Is.EqualTo(new[]
        {
            "shm-medium: 16385 KiB more after 30 reloads (40000, then 56385); 16384 are allowed",
        }));
    }

    [Test]
    public void ADemoThatMeasuredNothingHasRowsAllTheSame()
    {
        var rows = DemoRows.Of(new DemoFigures { Path = "user", Stations = [new StationFigures("sta1", null, null)] });
        Assert.That(rows.Select(row => row.Group).Distinct(),
            Is.EqualTo(["association", "ping, beside the wired floor", "TCP, beside the in-kernel floor"]));
        Assert.That(rows.Select(row => row.Value), Is.All.NaN);
        Assert.That(rows[0].Met, Is.False, "not associated");
    }

    [Test]
    public void APairIsComparedWithTheFloor()
    {
        var figures = new DemoFigures
        {
            Path = "user",
            Ping = [new PingFigures("sta1", "ap", 200, 199, new RttSummary(3, 4, 5, 6))],
            Tcp = [new TcpFigures("sta1", "ap", 90)],
            Wired = new FloorFigures(new RttSummary(2, 2, 2, 2), 600),
            InKernel = new FloorFigures(new RttSummary(1, 1, 1, 1), 180),
        };
        Row[] rows = [.. DemoRows.Of(figures).Where(row => row.Figure == "sta1 → ap")];
        Assert.That(rows.Select(row => (row.Part, row.Value, row.Ratio, row.Met)), Is.EqualTo(
            ((string?, double, double?, bool?)[])
            [("sent", 200, null, null), ("lost", 1, null, false), ("p50", 3, 1.5, null), ("p90", 4, 2, null), ("p99", 5, 2.5, null),
                ("max", 6, 3, null), (null, 90, 0.5, null)]));
    }

    [Test]
    public void EveryHopOfALatencyIsPrinted()
    {
        var hop = new LatencyQuantiles(1, 2, 3, 4);
        var latency = new LinkLatency("ap", "sta1", new LatencyQuantiles(10, 20, 30, 40),
            new Dictionary<string, LatencyQuantiles>(StringComparer.Ordinal) { ["inHost"] = hop }, 5);
        Row[] rows = [.. DemoRows.Of(new DemoFigures { Path = "user", Latency = [latency] }).Where(row => row.Group == "one-way latency")];
        Assert.That(rows.Select(row => (row.Figure, row.Part, row.Value)), Is.EqualTo(
            ((string, string?, double)[])
            [
                ("ap → sta1", "p50", 10), ("ap → sta1", "p99", 20), ("ap → sta1", "p99.9", 30), ("ap → sta1", "max", 40), ("ap → sta1", "± clock", 5),
                ("ap → sta1: inHost", "p50", 1), ("ap → sta1: inHost", "p99", 2), ("ap → sta1: inHost", "p99.9", 3), ("ap → sta1: inHost", "max", 4),
            ]));
    }
}
