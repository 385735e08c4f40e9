using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ShmWifi.Tests.System;

/// <summary>A lab of plain VMs: its commands, and its end.</summary>
[NonParallelizable]
public class LabTests
{
    private const string Name = "system-test";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [SetUp]
    public void StartTheLab()
    {
        string topology = Path.Combine(TestContext.CurrentContext.WorkDirectory, "lab.yaml");
        File.WriteAllText(topology, $"""
            name: {Name}
            vms:
              - name: one
                kernel: 6.12
              - name: two
                kernel: 6.1
            """);
        // its output in another descriptor, too, as scripts have it: of a lab that goes on the output must end all the same
        using var up = new ProgramProcess(["sh", "-c", "exec \"$@\" 3>&1", "sh"], "shmwifi-lab", "lab", "up", topology);
        bool hasEnded = Task.Run(() => up.WaitForExit(Limit)).Wait(Limit);
        if (!hasEnded)
            EndTheLab(); // and with it the output
        Assert.That(hasEnded, Is.True, "its output has no end");
        Assert.That(up.WaitForExit(), Is.Zero, up.Output + up.Error);
    }

    [TearDown]
    public void EndTheLab()
    {
        if (TryState() is { } state && IsRunning((int)state["supervisor"]!["id"]!))
            ProgramRun.Lab(Limit, "lab", "down", "--lab", Name);
    }

    [Test]
    public void CommandsReachTheGuestsAndDownEndsThem()
    {
        var (status, table) = ProgramRun.Lab(Limit, "lab", "status", "--lab", Name);
        var (exec, output) = ProgramRun.Lab(Limit, "lab", "exec", "--lab", Name, "two", "--", "sh", "-c", "uname -r; echo \"a  b\"; exit 7");
        var (ping, answers) = ProgramRun.Lab(Limit, "lab", "exec", "--lab", Name, "one", "--", "ping", "-c", "3", "10.77.0.11");
        var processes = VmProcesses();
        var (down, _) = ProgramRun.Lab(Limit, "lab", "down", "--lab", Name);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Is.Zero, table);
            Assert.That(exec, Is.EqualTo(7), "the guest's exit code is passed on");
            Assert.That(output, Does.StartWith("6.1.").And.Contain("a  b"));
            Assert.That(ping, Is.Zero, answers);
            Assert.That(down, Is.Zero);
            Assert.That(processes.Where(IsRunning), Is.Empty);
        }
    }

    [Test]
    public void NoVmOutlivesAKilledSupervisor()
    {
        var processes = VmProcesses();
        using (var supervisor = Process.GetProcessById((int)TryState()!["supervisor"]!["id"]!))
            supervisor.Kill();
        var clock = Stopwatch.StartNew();
        while (processes.Exists(IsRunning) && clock.Elapsed < TimeSpan.FromSeconds(10))
            Thread.Sleep(50);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(processes, Has.Count.EqualTo(2));
            Assert.That(processes.Where(IsRunning), Is.Empty);
        }
    }

    private static List<int> VmProcesses() => [.. TryState()!["vms"]!.AsArray().Select(vm => (int)vm!["process"]!["id"]!)];

    private static JsonNode? TryState()
    {
        string file = Path.Combine(Lab.Checkout.Run, Name, "lab.json");
        return File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file)) : null;
    }

    private static bool IsRunning(int id) => Lab.Processes.ProcessIdentity.Of(id) != null;
}
