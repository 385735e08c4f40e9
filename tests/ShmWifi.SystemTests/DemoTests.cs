using System.Text.Json.Nodes;

namespace ShmWifi.SystemTests;

/// <summary>The demo in real VMs, on both kernels, with both kinds of isolation and both kinds of encryption.</summary>
[NonParallelizable]
public class DemoTests
{
    private const double MinimumShareOfInKernelTcp = 0.2;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    [TestCase("6.12", "shared", "wpa2")]
    [TestCase("6.12", "per-vm", "wpa3")]
    [TestCase("6.1", "shared", "wpa3")]
    [TestCase("6.1", "per-vm", "wpa2")]
    public void StationsAssociateAndNothingIsLost(string kernel, string isolation, string security)
    {
        var name = $"test-{kernel}-{isolation}-{security}";
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, name + ".json");
        var (exitCode, output) = ProgramRun.Lab(
            Limit, "demo", "--name", name, "--kernel", kernel, "--isolation", isolation, "--security", security, "--json", file);
        Assert.That(exitCode, Is.Zero, output);
        var report = JsonNode.Parse(File.ReadAllText(file))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)report["kernel"], Is.EqualTo(kernel));
            Assert.That((string?)report["isolation"], Is.EqualTo(isolation));
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
        }
    }
}
