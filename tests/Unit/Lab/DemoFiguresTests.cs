using System.Text.Json;
using System.Text.Json.Nodes;
using ShmWifi.Lab.Demo;
using ShmWifi.Lab.Measure;

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
    public void AReportHasAllFieldsAlsoWhereNothingWasMeasured()
    {
        var report = new DemoReport { Kernel = "6.1", Path = "user", Isolation = "shared", Stations = [new StationReport("sta1", false, null, null)] };
        var json = JsonNode.Parse(JsonSerializer.Serialize(report, DemoReportJson.Default.DemoReport))!.AsObject();
        Assert.That(json.Select(field => field.Key), Is.EqualTo(
            ["kernel", "accel", "path", "isolation", "stations", "ping", "tcp", "floor", "lag", "guests", "reloads", "medium", "capture"]));
    }
}
