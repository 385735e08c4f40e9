using System.Diagnostics;
using System.Text.Json;
using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Linux;
using ShmWifi.Medium.Telemetry;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>A real shm-medium, in a folder of its own.</summary>
internal sealed class MediumDaemon : IDisposable
{
    /// <summary>Polls while it is measured, and sleeps soon after.</summary>
    public const string PollingInTurns = "20000"; // µs

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly string _folder = Directory.CreateTempSubdirectory("shmwifi-relay").FullName;
    private readonly RelayProcess _process;

    /// <summary>Starts one for any VMs.</summary>
    /// <param name="polling">As in its configuration.</param>
    /// <param name="ports">How many VMs may attach.</param>
    /// <param name="scheduling">As in its configuration.</param>
    public MediumDaemon(string polling, int ports, string scheduling)
        : this($"socket: any.sock\npolling: {polling}\nscheduling: {scheduling}\ngeometry: {{ ports: {ports} }}\n")
    {
    }

    /// <summary>Starts it.</summary>
    /// <param name="yaml">Its configuration; relative paths start from its folder.</param>
    public MediumDaemon(string yaml)
    {
        string configuration = Path.Combine(_folder, "medium.yaml");
        File.WriteAllText(configuration, yaml);
        try
        {
            _process = RelayProcess.Start(
                "shm-medium", "shm-medium: ready", ["run", "--config", configuration, "--state", Path.Combine(_folder, "state.json"), "--stats", StatisticsFile]);
        }
        catch
        {
            Directory.Delete(_folder, recursive: true);
            throw;
        }
    }

    /// <summary>Where any VMs attach.</summary>
    public string Socket => PathOf("any.sock");

    /// <summary>What it printed.</summary>
    public string Output => _process.Output;

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>CPU time that the engine's thread has used, ns.</summary>
    public long EngineCpuNs => _process.CpuNs("medium-engine");

    /// <summary>Resident memory without the region, bytes.</summary>
    public long ResidentBytes => ResidentMemory.Read(File.ReadAllText($"/proc/{_process.Id}/smaps"));

    private string StatisticsFile => Path.Combine(_folder, "medium.json");

    /// <summary>A file or socket in its folder.</summary>
    /// <param name="name">As in its configuration.</param>
    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Daemons that poll in turns and were measured before sleep when it returns.</summary>
    public static void WaitUntilOthersSleep() => Thread.Sleep(50);

    /// <summary>Has it write its statistics, and reads them.</summary>
    /// <exception cref="LabException">It writes none within 20 s.</exception>
    public MediumSnapshot ReadStatistics()
    {
        File.Delete(StatisticsFile);
        _process.Signal(LibC.SIGUSR1);
        for (var clock = Stopwatch.StartNew(); !File.Exists(StatisticsFile);)
        {
            if (clock.Elapsed > Limit)
                throw new LabException($"shm-medium writes no statistics\n{_process.Output}");
            Thread.Sleep(10);
        }
        return JsonSerializer.Deserialize(File.ReadAllText(StatisticsFile), SnapshotJson.Default.MediumSnapshot)
            ?? throw new LabException($"{StatisticsFile} is empty");
    }

    /// <summary>Waits until so many VMs are attached and the engine has dealt with what they announced.</summary>
    /// <param name="vms">How many.</param>
    public void WaitForStations(int vms)
    {
        for (var clock = Stopwatch.StartNew(); ReadStatistics().Vms.Count(vm => vm.Radios.Any(radio => radio.Addresses.Count != 0)) != vms;)
        {
            if (clock.Elapsed > Limit)
                throw new LabException($"shm-medium: not all of {vms} VMs are on the air\n{_process.Output}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
