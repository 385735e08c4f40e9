using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Processes;

namespace ShmWifi.Lab.Instances;

/// <summary>The folder run/NAME of a lab: sockets, logs, state.</summary>
internal sealed class LabDirectory(string name)
{
    private const int LongestSocketPath = 107; // sizeof(sockaddr_un.sun_path) - 1

    /// <summary>The folder.</summary>
    public string Path { get; } = System.IO.Path.Combine(Checkout.Run, name);

    /// <summary>What the supervisor tells, step by step.</summary>
    public string SupervisorLog => System.IO.Path.Combine(Path, "lab.log");

    private string StateFile => System.IO.Path.Combine(Path, "lab.json");

    private string OwnerFile => System.IO.Path.Combine(Path, "owner.json");

    /// <summary>A VM's folder.</summary>
    public string Vm(string vm) => System.IO.Path.Combine(Path, vm);

    /// <summary>Empties the folder for a new run.</summary>
    /// <param name="vms">Names of the VMs that will live in it.</param>
    /// <exception cref="LabException">
    /// A lab of this name runs, another process that has prepared the folder does, or socket paths would be too long.
    /// </exception>
    public void Prepare(IEnumerable<string> vms)
    {
        if (name.Length == 0 || name[0] == '.' || name.Contains('/', StringComparison.Ordinal))
            throw new LabException($"'{name}' cannot name a folder under {Checkout.Run}");
        if (TryRead() is { Supervisor.IsAlive: true } running && running.Supervisor != ProcessIdentity.Current)
            throw new LabException($"a lab '{name}' runs already (pid {running.Supervisor.Id}): './shmwifi lab down' ends it");
        if (TryRead(OwnerFile, LabStateJson.Default.ProcessIdentity) is { IsAlive: true } owner && owner != ProcessIdentity.Current)
            throw new LabException($"{Path} is of a run that goes on (pid {owner.Id}): let it end, or give this one another name");
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        Directory.CreateDirectory(Path);
        foreach (string vm in vms)
        {
            string socket = GuestExecutor.Socket(Vm(vm), 0);
            if (System.Text.Encoding.UTF8.GetByteCount(socket) > LongestSocketPath)
                throw new LabException(
                    $"{socket}: longer than the {LongestSocketPath} bytes that a socket may have: move the checkout to a shorter path");
            Directory.CreateDirectory(Vm(vm));
        }

        Write(OwnerFile, ProcessIdentity.Current, LabStateJson.Default.ProcessIdentity);
    }

    /// <summary>Replaces the state file atomically.</summary>
    public void Write(LabState state) => Write(StateFile, state, LabStateJson.Default.LabState);

    /// <summary>The state of the lab that ran here last; null when none has, or one of another version.</summary>
    public LabState? TryRead() => TryRead(StateFile, LabStateJson.Default.LabState);

    /// <summary>The state of the running lab.</summary>
    /// <exception cref="LabException">None runs.</exception>
    public LabState ReadRunning() => TryRead() is { Supervisor.IsAlive: true } state
        ? state
        : throw new LabException($"no lab '{name}' runs: './shmwifi lab up' starts one");

    private static void Write<T>(string file, T value, JsonTypeInfo<T> type)
    {
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(value, type));
        File.Move(file + ".new", file, overwrite: true);
    }

    private static T? TryRead<T>(string file, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllText(file), type) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
