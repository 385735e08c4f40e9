using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ShmWifi.Configuration;

/// <summary>What a running daemon tells other programs about itself, as JSON.</summary>
/// <param name="StartTime">When that process started, in clock ticks since boot: tells it from another of the same number.
/// Source: proc(5), /proc/PID/stat, field 22.</param>
/// <param name="Isolation">How much of the memory a VM sees.</param>
/// <param name="RegionBytes">Bytes of one region.</param>
/// <param name="Vms">The VMs with an ivshmem socket of their own.</param>
/// <param name="Socket">Where other VMs attach; null if they cannot.</param>
/// <param name="Control">Where the control API listens; null if it does not.</param>
public sealed record DaemonState(
    int Pid,
    ulong StartTime,
    Isolation Isolation,
    ulong RegionBytes,
    IReadOnlyList<DaemonVm> Vms,
    string? Socket,
    string? Control = null)
{
    private const string Name = "state.json", Folder = "shm-medium";
    private const string SystemFolder = "/run/" + Folder;

    /// <summary>Where a daemon of this user publishes its state: <c>$RUNTIME_DIRECTORY</c> (systemd's), else /run/shm-medium for root, else
    /// <c>$XDG_RUNTIME_DIR</c>/shm-medium.</summary>
    /// <exception cref="InvalidOperationException">This user has none of them.</exception>
    public static string DefaultPath()
    {
        if (Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY") is { Length: > 0 } service)
            return Path.Combine(service.Split(':')[0], Name);
        if (Environment.IsPrivilegedProcess)
            return Path.Combine(SystemFolder, Name);
        if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } user)
            return Path.Combine(user, Folder, Name);
        throw new InvalidOperationException("no folder for the state file: neither RUNTIME_DIRECTORY nor XDG_RUNTIME_DIR is set; give --state FILE");
    }

    /// <summary>Where a reader looks for a daemon: this user's place, then the system's.</summary>
    public static IReadOnlyList<string> SearchPaths()
    {
        string system = Path.Combine(SystemFolder, Name);
        bool hasOwn = Environment.IsPrivilegedProcess
            || Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY") is { Length: > 0 }
            || Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 };
        return hasOwn ? [.. new[] { DefaultPath(), system }.Distinct()] : [system];
    }

    /// <summary>The state of the daemon that this process is, or serves.</summary>
    /// <param name="control">Where its control API listens, or null.</param>
    /// <param name="keeper">Its keeper, who is the daemon to others; null: this process is.</param>
    public static DaemonState Of(DaemonConfiguration configuration, string? control = null, int? keeper = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        int pid = keeper ?? Environment.ProcessId;
        return new(
            pid,
            StartTimeOf(pid)
                ?? throw new InvalidOperationException("/proc has no entry of this process; is it mounted?"),
            configuration.Isolation,
            configuration.RegionGeometry.RegionSize,
            [.. configuration.Vms.Where(vm => !vm.IsVhostUser).Select(vm => new DaemonVm(vm.Name, vm.Socket))],
            configuration.Socket,
            control);
    }

    /// <summary>Reads a state file, and looks whether its daemon still runs.</summary>
    public static DaemonStateReading TryRead(string path)
    {
        DaemonState? state;
        try
        {
            state = JsonSerializer.Deserialize(File.ReadAllBytes(path), DaemonStateJson.Default.DaemonState);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new(DaemonStateStatus.NotRunning, null, $"no daemon runs: there is no '{path}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return new(DaemonStateStatus.Unreadable, null, $"'{path}' cannot be read: {e.Message}");
        }

        if (state is null)
            return new(DaemonStateStatus.Unreadable, null, $"'{path}' cannot be read: it says null");
        return state.IsRunning
            ? new(DaemonStateStatus.Running, state, $"'{path}' is of process {state.Pid}, which runs")
            : new(DaemonStateStatus.NotRunning, null, $"no daemon runs: '{path}' is of process {state.Pid}, which is gone");
    }

    [JsonIgnore]
    private bool IsRunning => StartTimeOf(Pid) == StartTime;

    /// <summary>When a process started, in clock ticks since boot.</summary>
    /// <returns>null when there is no such process.</returns>
    internal static ulong? StartTimeOf(int pid)
    {
        try
        {
            // The second field, the name in parentheses, may itself hold spaces and parentheses. The start time is the 20th after it.
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return ulong.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null; // Gone: before the open, or between open and read (ESRCH).
        }
    }
}

/// <summary>A VM's place to attach.</summary>
public sealed record DaemonVm(string Name, string Socket);

/// <summary>What a state file told.</summary>
/// <param name="State">The daemon's; null unless it runs.</param>
public sealed record DaemonStateReading(DaemonStateStatus Status, DaemonState? State, string Reason);

/// <summary>Whether a daemon runs.</summary>
public enum DaemonStateStatus
{
    /// <summary>No file, or its process is gone or is another one.</summary>
    NotRunning,

    /// <summary>The file's process runs.</summary>
    Running,

    /// <summary>There is a file, but it cannot be read or is none of ours.</summary>
    Unreadable,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    Converters = [typeof(IsolationJson)])]
[JsonSerializable(typeof(DaemonState))]
internal sealed partial class DaemonStateJson : JsonSerializerContext;
