using System.Text.Json.Nodes;

namespace ShmWifi.Tests.System;

/// <summary>A lab in which the frames of one VM take the kernel path and those of another the user path.</summary>
[NonParallelizable]
public class MixedLabTests
{
    private const string Name = "mixed-test";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [TearDown]
    public void EndTheLab() => ProgramRun.Lab(Limit, "lab", "down", "--lab", Name);

    [Test]
    public void VmsOfBothPathsAndBothKernelsTalk()
    {
        string topology = Path.Combine(TestContext.CurrentContext.WorkDirectory, "mixed.yaml");
        File.WriteAllText(topology, $"""
            name: {Name}
            vms:
              - {"{"} name: ap, role: ap, kernel: 6.12, path: kernel {"}"}
              - {"{"} name: sta, role: station, kernel: 6.1, path: user {"}"}
            """);
        var (up, progress) = ProgramRun.Lab(Limit, "lab", "up", topology);
        Assert.That(up, Is.Zero, progress);

        var (ping, answers) = ProgramRun.Lab(Limit, "lab", "exec", "--lab", Name, "sta", "--", "/bin/ping", "-c", "20", "-i", "0.1", "192.168.77.1");
        var (status, json) = ProgramRun.Lab(Limit, "lab", "status", "--lab", Name, "--counters", "--json");
        Assert.That(status, Is.Zero, json);
        var vms = JsonNode.Parse(json)!["vms"]!.AsArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ping, Is.Zero, answers);
            Assert.That(answers, Does.Contain(" 0% packet loss"));
            Assert.That(vms.Select(vm => (string?)vm!["path"]), Is.EqualTo(new[] { "kernel", "user" }));
            Assert.That(vms.Select(vm => (long)vm!["counters"]!["rxFrames"]!), Is.All.GreaterThan(20));
        }
    }
}
