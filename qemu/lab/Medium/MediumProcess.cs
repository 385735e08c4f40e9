using System.Diagnostics;
using System.Globalization;
using System.Text;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Topologies;
using static Tmds.Linux.LibC;

namespace ShmWifi.Lab.Medium;

/// <summary>A shm-medium daemon of a lab.</summary>
internal sealed class MediumProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly string _folder;
    private readonly ChildProcess _process;

    private MediumProcess(string folder, ChildProcess process)
    {
        _folder = folder;
        _process = process;
    }

    /// <summary>Its process ID: the keeper's.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Of all its processes: the keeper, the engine that serves, and its spare.</summary>
    public IReadOnlyList<int> ProcessIds => [ProcessId, .. ChildProcesses.Of(ProcessId)];

    /// <summary>What passes on the medium, for Wireshark.</summary>
    public string Capture => CaptureFile(_folder);

    /// <summary>Its output.</summary>
    public string LogFile => _process.LogFile;

    /// <summary>Where the files of a lab's daemon are.</summary>
    /// <param name="lab">The lab's folder.</param>
    /// <param name="host">Whose daemon; null: the only one.</param>
    public static string FolderOf(string lab, string? host) => host is null ? lab : Path.Combine(lab, host);

    /// <summary>The capture of a daemon, by its folder, as the others.</summary>
    public static string CaptureFile(string folder) => Path.Combine(folder, "medium.pcapng");

    /// <summary>The output of a daemon.</summary>
    public static string Log(string folder) => Path.Combine(folder, "medium.log");

    /// <summary>The socket that a VM attaches to.</summary>
    public static string Socket(string folder, string vm) => Path.Combine(folder, $"{vm}.medium");

    /// <summary>The socket by which VMs join virtual time.</summary>
    public static string Calendar(string folder) => Path.Combine(folder, "time.sock");

    /// <summary>The socket of a daemon's control API.</summary>
    public static string ControlSocket(string folder) => Path.Combine(folder, "control.sock");

    /// <summary>Starts the daemon and waits until its sockets listen.</summary>
    /// <param name="host">Whose VMs it has; null: all.</param>
    /// <param name="trunk">Where it meets those of other hosts; null without <paramref name="host"/>.</param>
    /// <exception cref="LabException">It ended, or is not ready within 20 s.</exception>
    public static async Task<MediumProcess> StartAsync(
        Spawner spawner, string folder, Topology topology, string? host, TrunkAccess? trunk, CancellationToken cancellation)
    {
        string configuration = Path.Combine(folder, "medium.yaml");
        await File.WriteAllTextAsync(
            configuration, Configuration(folder, topology, host) + (host is null ? "" : Trunk(topology, host, trunk!)), cancellation);
        var process = spawner.Start("medium", Log(folder),
        [
            Host, Checkout.Medium, "run",
            "--config", configuration, .. topology.IsCaptured ? (string[])["--capture", CaptureFile(folder)] : [], "--stats", Statistics(folder),
            "--isolation", topology.PerVmIsolation ? "per-vm" : "shared", "--state", Path.Combine(folder, "medium-state.json"),
        ]);
        var medium = new MediumProcess(folder, process);
        try
        {
            await process.WaitReadyAsync("shm-medium", IsReady, ReadyLimit, cancellation);
            return medium;
        }
        catch
        {
            await medium.DisposeAsync();
            throw;
        }

        bool IsReady() => LogTail.ReadAll(process.LogFile).Contains("shm-medium: ready", StringComparison.Ordinal);
    }

    /// <summary>Has the daemon write its statistics, and reads them.</summary>
    /// <exception cref="LabException">The daemon is gone, or writes none within 20 s.</exception>
    public async Task<MediumStatistics> StatisticsAsync(CancellationToken cancellation)
    {
        string path = Statistics(_folder);
        File.Delete(path);
        _process.Signal(SIGUSR1);
        for (var clock = Stopwatch.StartNew(); !File.Exists(path);)
        {
            if (_process.HasExited || clock.Elapsed > ReadyLimit)
                throw new LabException($"medium: shm-medium writes no statistics\n{LogTail.Of(LogFile)}");
            await Task.Delay(20, cancellation);
        }

        return MediumStatistics.Read(path);
    }

    /// <summary>Runs <c>shm-medium ctl</c> on it.</summary>
    /// <param name="arguments">What follows <c>ctl</c>.</param>
    /// <exception cref="LabException">It failed: what it said.</exception>
    public async Task<string> ControlAsync(CancellationToken cancellation, params string[] arguments)
    {
        var start = new ProcessStartInfo(Host, [Checkout.Medium, "ctl", .. arguments, "--socket", ControlSocket(_folder)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new LabException("shm-medium ctl cannot be started");
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0
            ? await output
            : throw new LabException($"shm-medium ctl {string.Join(' ', arguments)}: exit code {process.ExitCode}: {await error}");
    }

    /// <summary>Ends the daemon in order; the capture is whole then.</summary>
    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(StopLimit);
        _process.Dispose();
    }

    private static string Host => Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet";

    private static string Statistics(string folder) => Path.Combine(folder, "medium.json");

    private static string Configuration(string folder, Topology topology, string? host)
    {
        var yaml = new StringBuilder(topology.Medium);
        if (topology.Time is { } time)
            yaml.Append(CultureInfo.InvariantCulture, $"time: {time.Yaml}\ntimeTravel: {Quoted(Calendar(folder))}\n");
        if (topology is { Time: not null, IsCaptured: true })
            yaml.Append(CultureInfo.InvariantCulture, $"capture: {{ file: {Quoted(CaptureFile(folder))}, controlFrames: true }}\n");
        yaml.Append("vms:\n");
        foreach (var vm in topology.Vms.Where(vm => vm.Radios > 0 && vm.Host == host))
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{ name: {vm.Name}, {(vm.Hypervisor == Hypervisor.Uml ? "vhostUser" : "socket")}: "
                + $"{Quoted(Socket(folder, vm.Name))} }}\n");
        return yaml.ToString();
    }

    /// <summary>VMs are numbered host by host.</summary>
    private static string Trunk(Topology topology, string host, TrunkAccess server)
    {
        int before = topology.Vms.Where(vm => vm.Radios > 0).GroupBy(vm => vm.Host, StringComparer.Ordinal)
            .TakeWhile(vms => vms.Key != host).Sum(vms => vms.Count());
        string access = (server.Credentials is { } credentials ? $"  credentials: {Quoted(credentials)}\n" : "")
            + (server.Authorities is { } authorities ? $"  authorities: {Quoted(authorities)}\n" : "");
        return string.Create(CultureInfo.InvariantCulture,
            $"trunk:\n  medium: {topology.Name}\n  host: {host}\n  url: {Quoted(server.Url)}\n  firstVm: {before + 1}\n{access}");
    }

    private static string Quoted(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
}
