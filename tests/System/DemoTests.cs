using System.Text.Json.Nodes;

namespace ShmWifi.Tests.System;

/// <summary>The demo in real VMs, on both kernels and both paths, with both kinds of isolation and both kinds of encryption.</summary>
[NonParallelizable]
public class DemoTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [TestCase("6.12", "shared", "wpa2", "user")]
    [TestCase("6.12", "per-vm", "wpa3", "user")]
    [TestCase("6.1", "shared", "wpa3", "user")]
    [TestCase("6.1", "per-vm", "wpa2", "user")]
    [TestCase("6.12", "shared", "wpa3", "kernel")]
    [TestCase("6.1", "per-vm", "wpa2", "kernel")]
    public void StationsAssociateAndNothingIsLost(string kernel, string isolation, string security, string path)
    {
        string name = $"test-{kernel}-{isolation}-{security}-{path}";
        var report = Run(name, "--kernel", kernel, "--isolation", isolation, "--security", security, "--path", path, "--duration", "4");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)report["environment"]!["guestKernel"], Does.StartWith(kernel));
            Assert.That((string?)report["details"]!["isolation"], Is.EqualTo(isolation));
            Assert.That((string?)report["details"]!["path"], Is.EqualTo(path));
            foreach (var station in Rows(report, "association"))
            {
                Assert.That((bool)station["met"]!, Is.True);
                Assert.That((string?)station["figure"], Does.EndWith($", {security}"));
                Assert.That((double)station["value"]!, Is.Positive);
            }

            var ping = Rows(report, "ping");
            Assert.That(Values(ping, "sent"), Has.Length.EqualTo(3).And.All.GreaterThanOrEqualTo(200),
                "two stations to the access point, and one to the other");
            Assert.That(Values(ping, "lost"), Has.Length.EqualTo(3).And.All.Zero);
            Assert.That(Value(ping.Where(row => (string?)row["part"] == "p50"), "wired floor"), Is.Positive);

            var tcp = Rows(report, "TCP");
            foreach (var pair in tcp.Take(2))
                Assert.That((double)pair["value"]!, Is.Positive);
            Assert.That(Rows(report, "one-way latency"), Is.Not.Empty);
            Assert.That(Value(Rows(report, "medium"), "frames"), Is.Positive);
            if (isolation == "shared")
                Assert.That(Value(Rows(report, "medium"), "payload copied"), Is.Zero);
            Assert.That(File.Exists((string)report["details"]!["capture"]!), Is.True);
            AssertPath(name, path, Rows(report, "guests"), guests: 3);
        }
    }

    [TestCase("user")]
    [TestCase("kernel")]
    [Explicit("needs a guest for arm64: './shmwifi setup --architecture arm64'")]
    [Category("Nightly")]
    public void AnAccessPointForAarch64ServesStationsForX8664(string path)
    {
        var report = Run($"test-arm64-{path}", "--ap-architecture", "arm64", "--security", "wpa3", "--path", path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)report["details"]!["accessPoint"], Is.EqualTo("arm64"));
            Assert.That(Values(Rows(report, "ping"), "lost"), Has.Length.EqualTo(3).And.All.Zero);
            AssertPath($"test-arm64-{path}", path, Rows(report, "guests"), guests: 3);
        }
    }

    [TestCase("user")]
    [TestCase("kernel")]
    [Explicit("takes two minutes each; needs Debian's nats-server: './shmwifi setup --nats'")]
    [Category("Nightly")]
    public void TwoHostsAreOneMediumAndTheirServerMayGo(string path)
    {
        var report = Run($"test-hosts-{path}", "--hosts", "2", "--security", "wpa3", "--path", path);
        var outage = Rows(report, "nats-server killed");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Values(Rows(report, "ping"), "lost"), Has.Length.EqualTo(3).And.All.Zero);
            Assert.That(Values(outage, "lost"), Has.Length.EqualTo(1).And.All.Zero, "on the access point's host nothing is noticed");
            Assert.That(Values(outage, "back after"), Has.Length.EqualTo(1).And.All.Positive);
            Assert.That(Rows(report, "medium, host").Select(row => (string?)row["group"]).Distinct().Count(), Is.EqualTo(2));
            AssertPath($"test-hosts-{path}", path, Rows(report, "guests"), guests: 3);
        }
    }

    [Test]
    public void AStationComesBackAfterEachReloadOfItsModule()
    {
        const string Name = "test-reloads";
        var report = Run(Name, "--path", "kernel", "--stations", "1", "--duration", "4", "--soak", "24s", "--reload-every", "12s");
        var reloads = Rows(report, "2 reloads of sta1's module");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reloads.Where(row => row["figure"]!.ToString().StartsWith("back", StringComparison.Ordinal))
                .Select(row => (double)row["value"]!), Has.Exactly(2).Items.And.All.Positive);
            Assert.That(reloads.Where(row => row["figure"]!.ToString().StartsWith("TCP", StringComparison.Ordinal))
                .Select(row => (double)row["value"]!), Has.Exactly(2).Items.And.All.Positive);
            Assert.That(Value(reloads, "its kernel's memory after the last, beside the first"), Is.Positive);
            AssertPath(Name, "kernel", Rows(report, "guests"), guests: 2);
        }
    }

    [TestCase("--reload-every needs --path kernel", "--soak", "1m", "--reload-every", "20s")]
    [TestCase("from 5s to the duration of --soak", "--path", "kernel", "--reload-every", "20s")]
    [TestCase("from 5s to the duration of --soak", "--path", "kernel", "--soak", "1m", "--reload-every", "1s")]
    public void ReloadsThatMakeNoSenseAreRefused(string reason, params string[] options)
    {
        var (exitCode, output) = ProgramRun.Demo(Limit, options);
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(output, Does.Contain(reason));
    }

    private static JsonNode Run(string name, params string[] options)
    {
        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, name + ".json");
        var (exitCode, output) = ProgramRun.Demo(Limit, ["--name", name, "--json", file, .. options]);
        Assert.That(exitCode, Is.Zero, output);
        return JsonNode.Parse(File.ReadAllText(file))!;
    }

    /// <summary>The rows of a group, by how its name starts.</summary>
    private static JsonNode[] Rows(JsonNode report, string group) =>
        [.. report["rows"]!.AsArray().OfType<JsonNode>().Where(row => ((string)row["group"]!).StartsWith(group, StringComparison.Ordinal))];

    private static double[] Values(IEnumerable<JsonNode> rows, string part) =>
        [.. rows.Where(row => (string?)row["part"] == part).Select(row => (double)row["value"]!)];

    private static double Value(IEnumerable<JsonNode> rows, string figure) => (double)rows.Single(row => (string?)row["figure"] == figure)["value"]!;

    /// <summary>The ports of all guests say which path their frames take, and a process of ours runs in them on the user path only.</summary>
    private static void AssertPath(string name, string path, JsonNode[] rows, int guests)
    {
        JsonNode[] received = [.. rows.Where(row => (string?)row["part"] == "received")];
        Assert.That(received, Has.Length.EqualTo(guests));
        foreach (var guest in received)
        {
            string[] figure = ((string)guest["figure"]!).Split(", path: ");
            Assert.That(figure[1], Is.EqualTo(path), figure[0]);
            Assert.That((double)guest["value"]!, Is.Positive, figure[0]);
            string processes = File.ReadAllText(Path.Combine(Lab.Checkout.Run, name, figure[0], "processes.txt"));
            Assert.That(processes.Contains("shm-injector", StringComparison.Ordinal), Is.EqualTo(path == "user"), processes);
            Assert.That(processes, Does.Contain("exec-agent"), "the list is one");
        }
    }
}
