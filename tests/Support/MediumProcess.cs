using System.Text.Json;
using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.ShmMedium.Telemetry;

namespace ShmWifi.Tests.Support;

/// <summary>A real shm-medium as a process.</summary>
internal sealed class MediumProcess : IDisposable
{
    private const string Name = "shm-medium";
    private const string ReadyLine = "shm-medium: ready";
    private readonly ProgramProcess _process;
    private bool _ownsFolder;

    /// <summary>Starts it with <c>run</c>; does not wait.</summary>
    /// <param name="folder">Where its state and statistics go; the caller's.</param>
    /// <param name="options">More of <c>run</c>.</param>
    public MediumProcess(string folder, params IEnumerable<string> options)
    {
        Folder = folder;
        _process = new ProgramProcess(Name, ["run", "--keeper", "none", "--state", StateFile, "--stats", StatisticsFile, .. options]);
    }

    /// <summary>The executable.</summary>
    public static string Program => Path.Combine(AppContext.BaseDirectory, Name);

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>The common socket, of one with a folder of its own.</summary>
    public string Socket => PathOf("any.sock");

    /// <summary>Its state file.</summary>
    public string StateFile => PathOf("state.json");

    /// <summary>Where its control API listens, unless it was told of another place.</summary>
    public string ControlSocket => PathOf("control.sock");

    /// <summary>Its pid.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Standard output so far.</summary>
    public string Output => _process.Output;

    /// <summary>Standard error so far.</summary>
    public string Error => _process.Error;

    /// <summary>What its open descriptors are.</summary>
    public IReadOnlyList<string> Descriptors =>
        [.. Directory.EnumerateFileSystemEntries($"/proc/{Id}/fd").Select(f => new FileInfo(f).LinkTarget).OfType<string>()];

    /// <summary>CPU time that the engine's thread has used, ns.</summary>
    public long EngineCpuNs => _process.CpuNs("medium-engine");

    /// <summary>CPU time that all its threads have used, those that have ended included.</summary>
    public TimeSpan CpuTime => ProcessTimes.Read(File.ReadAllText($"/proc/{Id}/stat"));

    /// <summary>Resident memory without the region, bytes.</summary>
    public long ResidentBytes => ResidentMemory.Read(File.ReadAllText($"/proc/{Id}/smaps"));

    private string StatisticsFile => PathOf("medium.json");

    /// <summary>Runs it in a folder of its own, which goes with it, and waits until it serves any VM there.</summary>
    /// <param name="options">More of <c>run</c>.</param>
    public static MediumProcess Start(params IEnumerable<string> options)
    {
        string folder = NewFolder();
        return StartOwning(folder, ["--socket", Path.Combine(folder, "any.sock"), .. options]);
    }

    /// <summary>The same, as configured.</summary>
    /// <param name="yaml">Its configuration; relative paths start from its folder.</param>
    public static MediumProcess StartConfigured(string yaml)
    {
        string folder = NewFolder();
        string configuration = Path.Combine(folder, "medium.yaml");
        File.WriteAllText(configuration, yaml);
        return StartOwning(folder, ["--config", configuration]);
    }

    /// <summary>Runs it and waits until it serves.</summary>
    /// <param name="folder">Where its state and statistics go; the caller's.</param>
    /// <param name="options">More of <c>run</c>.</param>
    public static MediumProcess StartIn(string folder, params IEnumerable<string> options) => new MediumProcess(folder, options).AwaitReady();

    /// <summary>Runs another command of shm-medium to its end.</summary>
    public static (int Code, string Output, string Error) Run(params IEnumerable<string> arguments) =>
        ProgramProcess.Run(limit: null, Name, arguments);

    /// <summary>A file or socket in its folder.</summary>
    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Has it write its statistics, and reads them.</summary>
    /// <exception cref="LabException">It writes none.</exception>
    public MediumSnapshot ReadStatistics()
    {
        File.Delete(StatisticsFile);
        _process.Signal(Tmds.Linux.LibC.SIGUSR1);
        Deadline.Until(() => File.Exists(StatisticsFile), "shm-medium's statistics");
        return JsonSerializer.Deserialize(File.ReadAllText(StatisticsFile), SnapshotJson.Default.MediumSnapshot)
            ?? throw new LabException($"{StatisticsFile} is empty");
    }

    /// <summary>Waits until so many VMs are attached and the engine has processed what they announced.</summary>
    public void WaitForStations(int vms) =>
        Deadline.Until(() =>
            ReadStatistics().Vms.Count(vm => vm.Radios.Any(radio => radio.Addresses.Count != 0)) == vms, $"all of {vms} VMs on the medium\n{Error}");

    /// <summary>SIGINT, as by Ctrl-C, or SIGTERM, as by systemd; waits for the end.</summary>
    /// <param name="signal">SIGINT, …; null: SIGTERM.</param>
    public int Stop(int? signal = null)
    {
        _process.Signal(signal ?? Tmds.Linux.LibC.SIGTERM);
        return WaitForExit();
    }

    /// <summary>Waits until it ends by itself.</summary>
    public int WaitForExit() => _process.WaitForExit();

    /// <summary>SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Dispose();
        if (_ownsFolder)
            Directory.Delete(Folder, recursive: true);
    }

    private static string NewFolder() => Directory.CreateTempSubdirectory("shmwifi-medium").FullName;

    private static MediumProcess StartOwning(string folder, IEnumerable<string> options)
    {
        try
        {
            return new MediumProcess(folder, options) { _ownsFolder = true }.AwaitReady();
        }
        catch
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private MediumProcess AwaitReady()
    {
        try
        {
            _ = _process.AwaitLine(ReadyLine);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }
}
