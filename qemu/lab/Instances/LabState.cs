using System.Text.Json.Serialization;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Processes;

namespace ShmWifi.Lab.Instances;

/// <summary>What the commands know of a running lab; the file lab.json in its folder.</summary>
/// <param name="Supervisor">The process that owns all others.</param>
/// <param name="Phase">"starting", "up", "failed" or "down".</param>
/// <param name="Failure">Why it failed; else null.</param>
/// <param name="Accel">"kvm", "tcg" or "native"; null while that is being found out.</param>
/// <param name="Isolation">"shared" or "per-vm".</param>
/// <param name="Medium">shm-medium; null without one, and where each of <see cref="Hosts"/> has its own.</param>
/// <param name="NetworkNamespace">A path for <c>nsenter --net=</c>.</param>
internal sealed record LabState(
    string Name,
    ProcessIdentity Supervisor,
    string Phase,
    string? Failure,
    string? Accel,
    string Isolation,
    ProcessIdentity? Medium,
    string? NetworkNamespace,
    IReadOnlyList<VmState> Vms)
{
    /// <summary>The hosts that are here; empty: the lab has one daemon.</summary>
    public IReadOnlyList<HostState> Hosts { get; init; } = [];

    /// <summary>Whose daemons are here: null, of the only one; or the names of <see cref="Hosts"/>.</summary>
    [JsonIgnore]
    public IReadOnlyList<string?> MediumHosts => Medium is not null ? [null] : [.. Hosts.Select(host => host.Name)];

    /// <summary>Whether the VMs' clocks are the daemon's.</summary>
    public bool IsTimeVirtual { get; init; }

    /// <summary>What does not run any more though it should, by a look at the processes now.</summary>
    public IReadOnlyList<string> Problems =>
    [
        .. ((ProcessIdentity?[])[Medium, .. Hosts.Select(host => host.Medium)]).Where(medium => medium is { IsAlive: false })
            .Select(medium => $"shm-medium, process {medium!.Id}, has ended: none of its radios hears another until it is started anew; "
                + $"'./shmwifi lab down --lab {Name}', then 'lab up'"),
        .. Vms.Where(vm => vm is { Role: not VmState.Scripted, Process: not { IsAlive: true } })
            .Select(vm => $"VM '{vm.Name}' has ended: {vm.SerialLog} has what it printed"),
    ];
}

/// <summary>A host of a running lab.</summary>
/// <param name="Medium">Its shm-medium; null when it had ended before the lab was up.</param>
internal sealed record HostState(string Name, ProcessIdentity? Medium);

/// <summary>A VM of a running lab.</summary>
/// <param name="Role">"ap", "station", "plain" or "script".</param>
/// <param name="Path">What moves its frames, "user", "kernel" or "virtio"; null for a VM without radios on the lab's medium.</param>
/// <param name="Process">Its hypervisor; null when it had ended before the lab was up.</param>
/// <param name="Ssid">The network that it offers or joins; null for a plain VM.</param>
/// <param name="WiredAddress">Null in virtual time, which no wire is in.</param>
/// <param name="WifiAddress">Its address there; null for a plain VM, or while it has none.</param>
/// <param name="AssociationMs">How long a station took to associate.</param>
/// <param name="SerialLog">All that its console printed.</param>
internal sealed record VmState(
    string Name,
    string Role,
    string Kernel,
    string? Path,
    ProcessIdentity? Process,
    string? WiredAddress,
    string? Ssid,
    string? WifiAddress,
    double? AssociationMs,
    string SerialLog)
{
    /// <summary>The role of a VM that a script tells what to do, and that ends with it.</summary>
    public const string Scripted = "script";

    /// <summary>What was counted in it; null where nobody asked, and without radios on the lab's medium.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GuestCounters? Counters { get; init; }
}

/// <summary>Serialisation of <see cref="LabState"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(LabState))]
[JsonSerializable(typeof(ProcessIdentity))]
internal sealed partial class LabStateJson : JsonSerializerContext;
