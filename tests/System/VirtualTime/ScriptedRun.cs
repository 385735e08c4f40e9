using ShmWifi.Lab;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Tests.System.VirtualTime;

/// <summary>A lab in virtual time whose guests do what their scripts say, run to its end; in one folder each time, as guests see its path.</summary>
internal sealed class ScriptedRun : IDisposable
{
    private const string Name = "virtual-time-test";

    private readonly LabDirectory _directory = new(Name);

    private ScriptedRun()
    {
    }

    /// <summary>The capture.</summary>
    public string Capture => Lab.Medium.MediumProcess.CaptureFile(_directory.Path);

    /// <summary>What the daemon logged.</summary>
    public string MediumLog => LogTail.ReadAll(Lab.Medium.MediumProcess.Log(_directory.Path));

    /// <summary>A file in its folder.</summary>
    public string PathOf(string name) => Path.Combine(_directory.Path, name);

    /// <summary>Runs it: the VMs of these names with these scripts, in their order.</summary>
    /// <param name="medium">Sections of the daemon's configuration.</param>
    /// <param name="factor">Times this machine's clock at most; null: as fast as events allow.</param>
    public static async Task<ScriptedRun> ToItsEndAsync(
        IReadOnlyList<(string Name, string Script)> vms, string medium, int seed = 1, double? factor = null)
    {
        var run = new ScriptedRun();
        var topology = new Topology(Name, PerVmIsolation: false, [.. vms.Select(vm => new VmSpec
        {
            Name = vm.Name,
            Kernel = "6.12",
            Hypervisor = Hypervisor.Uml,
            Path = FramePath.Virtio,
            MemoryMib = 160,
            Script = vm.Script,
        })])
        { Medium = medium, Time = new Lab.Topologies.VirtualTime(factor, seed) };
        run._directory.Prepare(topology.Vms.Select(vm => vm.Name));
        await Progress.RunAsync(async progress =>
        {
            await using var lab = await LabInstance.StartAsync(topology, run._directory, progress, CancellationToken.None);
            await lab.WaitScriptsAsync(progress, CancellationToken.None);
        });
        return run;
    }

    /// <summary>What a VM's console printed.</summary>
    public string Output(string vm) => LogTail.ReadAll(VmFiles.SerialLog(_directory.Vm(vm)));

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_directory.Path, recursive: true);
}
