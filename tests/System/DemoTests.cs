using System.Text.Json.Nodes;

namespace ShmWifi.Tests.System;

/// <summary>The demo in real VMs, on both kernels and both paths, with both kinds of isolation and both kinds of encryption.</summary>
[NonParallelizable]
public class DemoTests
{
    private const double MinimumShareOfInKernelTcp = 0.2;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [TestCase("6.12", "shared", "wpa2", "user")]
    [TestCase("6.12", "per-vm", "wpa3", "user")]
    [TestCase("6.1", "shared", "wpa3", "user")]
    [TestCase("6.1", "per-vm", "wpa2", "user")]
    [TestCase("6.12", "shared", "wpa3", "kernel")]
    [TestCase("6.1", "per-vm", "wpa2", "kernel")]
    public void StationsAssociateAndNothingIsLost(string kernel, string isolation, string security, string path)
    {
        var name = $"test-{kernel}-{isolation}-{security}-{path}";
        var report = Run(name, "--kernel", kernel, "--isolation", isolation, "--security", security, "--path", path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)report["kernel"], Is.EqualTo(kernel));
            Assert.That((string?)report["isolation"], Is.EqualTo(isolation));
            Assert.That((string?)report["path"], Is.EqualTo(path));
            foreach (var station in report["stations"]!.AsArray())
            {
                Assert.That((bool)station!["associated"]!, Is.True);
                Assert.That((string?)station["security"], Is.EqualTo(security));
                Assert.That((double)station["associationMs"]!, Is.Positive);
            }

            Assert.That(report["ping"]!.AsArray(), Has.Count.EqualTo(3), "two stations to the access point, and one to the other");
            foreach (var ping in report["ping"]!.AsArray())
            {
                Assert.That((int)ping!["sent"]!, Is.GreaterThanOrEqualTo(200));
                Assert.That((int)ping["received"]!, Is.EqualTo((int)ping["sent"]!));
            }

            var floor = (double)report["floor"]!["inKernel"]!["tcpMbps"]!;
            foreach (var tcp in report["tcp"]!.AsArray().Take(2))
                Assert.That((double)tcp!["mbps"]!, Is.GreaterThan(floor * MinimumShareOfInKernelTcp));
            Assert.That((double)report["floor"]!["wired"]!["rttMs"]!["p50"]!, Is.Positive);
            Assert.That(report["lag"]!.AsArray(), Is.Not.Empty);
            Assert.That((long)report["medium"]!["frames"]!, Is.Positive);
            if (isolation == "shared")
                Assert.That((long)report["medium"]!["payloadBytesCopied"]!, Is.Zero);
            Assert.That(File.Exists((string)report["capture"]!), Is.True);
            AssertPath(name, path, report["guests"]!.AsArray(), guests: 3);
        }
    }

    [Test]
    public void AStationComesBackAfterEachReloadOfItsModule()
    {
        const string Name = "test-reloads";
        var report = Run(Name, "--path", "kernel", "--stations", "1", "--duration", "4", "--soak", "24s", "--reload-every", "12s");
        var reloads = report["reloads"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)reloads["station"], Is.EqualTo("sta1"));
            Assert.That(reloads["backMs"]!.AsArray().Select(ms => (double)ms!), Has.Exactly(2).Items.And.All.Positive);
            Assert.That(reloads["tcp"]!.AsArray().Select(tcp => (double)tcp!["mbps"]!), Has.Exactly(2).Items.And.All.Positive);
            Assert.That((long)reloads["memory"]!["last"]!["kernelKib"]!, Is.Positive);
            AssertPath(Name, "kernel", report["guests"]!.AsArray(), guests: 2);
        }
    }

    [TestCase("--reload-every needs --path kernel", "--soak", "1m", "--reload-every", "20s")]
    [TestCase("from 5s to the duration of --soak", "--path", "kernel", "--reload-every", "20s")]
    [TestCase("from 5s to the duration of --soak", "--path", "kernel", "--soak", "1m", "--reload-every", "1s")]
    public void ReloadsThatMakeNoSenseAreRefused(string reason, params string[] options)
    {
        var (exitCode, output) = ProgramRun.Lab(Limit, ["demo", .. options]);
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(output, Does.Contain(reason));
    }

    private static JsonNode Run(string name, params string[] options)
    {
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, name + ".json");
        var (exitCode, output) = ProgramRun.Lab(Limit, ["demo", "--name", name, "--json", file, .. options]);
        Assert.That(exitCode, Is.Zero, output);
        return JsonNode.Parse(File.ReadAllText(file))!;
    }

    /// <summary>The ports of all guests say which path their frames take, and a process of ours runs in them on the user path only.</summary>
    private static void AssertPath(string name, string path, JsonArray reports, int guests)
    {
        Assert.That(reports, Has.Count.EqualTo(guests));
        foreach (var guest in reports)
        {
            var vm = (string)guest!["name"]!;
            Assert.That((string?)guest["path"], Is.EqualTo(path), vm);
            Assert.That((long)guest["rxFrames"]!, Is.Positive, vm);
            var processes = File.ReadAllText(Path.Combine(Lab.Checkout.Run, name, vm, "processes.txt"));
            Assert.That(processes.Contains("shm-injector", StringComparison.Ordinal), Is.EqualTo(path == "user"), processes);
            Assert.That(processes, Does.Contain("exec-agent"), "the list is one");
        }
    }
}
