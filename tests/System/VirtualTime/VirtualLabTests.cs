using System.Diagnostics;

namespace ShmWifi.Tests.System.VirtualTime;

/// <summary><c>lab up --time virtual:20</c>: VMs that the lab gives commands, twenty times as fast as this machine's clock.</summary>
[Explicit("needs root and User-Mode-Linux: './shmwifi setup --hypervisor uml'")]
[Category("Nightly")]
[NonParallelizable]
internal sealed class VirtualLabTests
{
    private const string Name = "virtual-lab";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [OneTimeSetUp]
    public void StartTheLab()
    {
        string topology = Path.Combine(TestContext.CurrentContext.WorkDirectory, "virtual-lab.yaml");
        File.WriteAllText(topology, $$"""
            name: {{Name}}
            hypervisor: uml
            medium: { timing: airtime }
            vms:
              - name: ap
                role: ap
              - name: sta
                role: station
              - name: scripted
                radios: 1
                script: iw dev
            """);
        var (exitCode, output) = ProgramRun.Lab(Limit, "lab", "up", topology, "--time", "virtual:20");
        Assert.That(exitCode, Is.Zero, output);
        Assert.That(output, Does.Contain("scripted: its script has ended").And.Contain("sta is associated: wpa2"));
    }

    [OneTimeTearDown]
    public void EndTheLab() => ProgramRun.Lab(Limit, "lab", "down", "--lab", Name);

    [Test]
    public void CommandsReachVms()
    {
        var (exitCode, output) = Exec("sta", "--", "/bin/ping", "-c", "3", "192.168.77.1");
        Assert.That(exitCode, Is.Zero, output);
        Assert.That(output, Does.Contain("3 received"));
    }

    [Test]
    public void ATimeoutIsInTheVmsSeconds()
    {
        var clock = Stopwatch.StartNew();
        var (exitCode, _) = Exec("--timeout", "60", "sta", "--", "sleep", "1000");
        Assert.That(exitCode, Is.EqualTo(124));
        Assert.That(
            clock.Elapsed.TotalSeconds, Is.InRange(60.0 / 20 * 0.9, 30), "60 s, twenty times as fast, and the start of a program of this machine's");
    }

    [Test]
    public void AScriptsVmTakesNoCommandsAndItsEndIsNoProblem()
    {
        var (exitCode, output) = Exec("scripted", "--", "true");
        Assert.That(exitCode, Is.EqualTo(1));
        Assert.That(output, Does.Contain("VM 'scripted' does what its script says"));
        Assert.That(ProgramRun.Lab(Limit, "lab", "status", "--lab", Name).ExitCode, Is.Zero);
    }

    private static (int ExitCode, string Output) Exec(params string[] arguments) =>
        ProgramRun.Lab(Limit, ["lab", "exec", "--lab", Name, .. arguments]);
}
