using System.Text.Json;
using ShmWifi.Lab.Guest;

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

    /// <summary>A VM's folder.</summary>
    public string Vm(string vm) => System.IO.Path.Combine(Path, vm);

    /// <summary>Empties the folder for a new run.</summary>
    /// <param name="vms">Names of the VMs that will live in it.</param>
    /// <exception cref="LabException">A lab of this name runs, or socket paths would be too long.</exception>
    public void Prepare(IEnumerable<string> vms)
    {
        if (name.Length == 0 || name[0] == '.' || name.Contains('/', StringComparison.Ordinal))
            throw new LabException($"'{name}' cannot name a folder under {Checkout.Run}");
        if (TryRead() is { Supervisor.IsAlive: true } running && running.Supervisor != Processes.ProcessIdentity.Current)
            throw new LabException($"a lab '{name}' runs already (pid {running.Supervisor.Id}): './shmwifi lab down' ends it");
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        foreach (string vm in vms)
        {
            string socket = GuestExecutor.Socket(Vm(vm), 0);
            if (System.Text.Encoding.UTF8.GetByteCount(socket) > LongestSocketPath)
                throw new LabException(
                    $"{socket}: longer than the {LongestSocketPath} bytes that a socket may have: move the checkout to a shorter path");
            Directory.CreateDirectory(Vm(vm));
        }
    }

    /// <summary>Replaces the state file atomically.</summary>
    public void Write(LabState state)
    {
        File.WriteAllText(StateFile + ".new", JsonSerializer.Serialize(state, LabStateJson.Default.LabState));
        File.Move(StateFile + ".new", StateFile, overwrite: true);
    }

    /// <summary>The state of the lab that ran here last; null when none has, or one of another version.</summary>
    public LabState? TryRead()
    {
        try
        {
            return File.Exists(StateFile) ? JsonSerializer.Deserialize(File.ReadAllText(StateFile), LabStateJson.Default.LabState) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The state of the running lab.</summary>
    /// <exception cref="LabException">None runs.</exception>
    public LabState ReadRunning() => TryRead() is { Supervisor.IsAlive: true } state
        ? state
        : throw new LabException($"no lab '{name}' runs: './shmwifi lab up' starts one");
}
