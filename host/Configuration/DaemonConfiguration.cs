using System.Net;
using System.Text;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Configuration;

/// <summary>What <c>shm-medium</c> is told by its YAML file. Every path is absolute.</summary>
/// <param name="Isolation">How much of the memory a VM sees.</param>
/// <param name="Socket">Where VMs without a socket of their own attach; they are called vm1, vm2 and so on.</param>
/// <param name="SocketGroup">The group of the VMs' sockets, of those that name no owner; null: the daemon's own.</param>
/// <param name="Polling">How long the engine spins before it sleeps.</param>
/// <param name="Scheduling">How the engine competes for a core.</param>
/// <param name="Geometry">The lengths of the rings, and how many VMs are attached at a time.</param>
/// <param name="Vms">The VMs that have a socket of their own.</param>
/// <param name="Capture">Where the medium is captured; null captures nothing.</param>
public sealed record DaemonConfiguration(
    string File,
    Isolation Isolation,
    string? Socket,
    string? SocketGroup,
    Polling Polling,
    Scheduling Scheduling,
    RegionGeometry Geometry,
    IReadOnlyList<VmConfiguration> Vms,
    CaptureConfiguration? Capture,
    LogConfiguration Log)
{
    /// <summary>VMs of one medium at most; where they share a region, <see cref="Abi.MaxPorts"/>.</summary>
    public const int MaxPorts = MediumLimits.Vms;

    /// <summary>What this kernel's own radios are called, as if they were a VM's: local/phy0.</summary>
    public const string LocalName = "local";

    /// <summary>What the medium is like at the start.</summary>
    public MediumConfiguration Medium { get; init; } = new();

    /// <summary>Where the control API listens; null: nowhere.</summary>
    public ControlConfiguration? Control { get; init; } = new(null);

    /// <summary>Where Prometheus reads the metrics; null: nowhere.</summary>
    public IPEndPoint? Metrics { get; init; }

    /// <summary>Where browsers get the map, and the control API with it; null: nowhere.</summary>
    public IPEndPoint? Web { get; init; }

    /// <summary>By which other hosts are on the medium, too; null: none are.</summary>
    public TrunkConfiguration? Trunk { get; init; }

    /// <summary>Whether this kernel's own mac80211_hwsim radios are on the medium, too.</summary>
    public bool Local { get; init; }

    /// <summary>Guests' clocks are the daemon's; null: time is the host's.</summary>
    public VirtualTimeConfiguration? VirtualTime { get; init; }

    /// <summary>Whether VMs that do not say so themselves may have, and send as, addresses of others.</summary>
    public bool Spoofing { get; init; }

    /// <summary>Whom a VM's socket is for.</summary>
    public SocketOwner OwnerOf(VmConfiguration vm) => vm?.Owner ?? new SocketOwner(Group: SocketGroup);

    /// <summary>What one region is made of: all ports when it is shared, one port when each VM has a region.</summary>
    public RegionGeometry RegionGeometry => Isolation == Isolation.Shared ? Geometry : Geometry with { Ports = 1 };

    /// <summary>Whether a VM of this name may come.</summary>
    public bool CanAttach(string vm) => CanAttach(vm, Vms, hasCommonSocket: Socket is not null, Local);

    /// <summary>The same, of a configuration with these VMs.</summary>
    internal static bool CanAttach(string vm, IReadOnlyList<VmConfiguration> vms, bool hasCommonSocket, bool isLocal) =>
        vms.Any(v => v.Name == vm) || (hasCommonSocket && VmConfiguration.IsAutomatic(vm)) || (isLocal && vm == LocalName);

    /// <summary>Reads and checks a file.</summary>
    /// <param name="file">YAML.</param>
    /// <param name="needsVms">Whether VMs must be able to attach; else the medium is that of this machine's own radios.</param>
    /// <exception cref="ConfigurationException">It cannot be read, or is wrong; carries every error of the file.</exception>
    public static DaemonConfiguration Load(string file, bool needsVms = true)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            return Parse(InputText.Read(file), file, needsVms);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([new(file, 0, 0, $"cannot be read: {e.Message}")]);
        }
        catch (DecoderFallbackException e)
        {
            throw new ConfigurationException([new(file, 0, 0, $"is not UTF-8: {e.Message}")]);
        }
    }

    /// <summary>Checks the text of a file.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">Its name, for errors; relative paths start from its folder.</param>
    /// <param name="needsVms">Whether VMs must be able to attach.</param>
    /// <exception cref="ConfigurationException">It is wrong; carries every error.</exception>
    public static DaemonConfiguration Parse(string text, string file, bool needsVms = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(file);
        var errors = new ErrorList(file);
        var configuration = YamlDocument.Read(text, errors) is { } root ? new DaemonReader(file, errors, needsVms).Read(root) : null;
        return errors.Any ? throw new ConfigurationException(errors.Sorted()) : configuration!;
    }
}

/// <summary>A VM with a socket of its own.</summary>
/// <param name="Socket">Where its QEMU connects, or its front end.</param>
/// <param name="Name">1 to 47 bytes of A-Z a-z 0-9 _ . - (SHMWIFI_NAME_SIZE with its NUL).</param>
/// <param name="MaxRadios">How many radios it may bring, 1 to 64.</param>
public sealed record VmConfiguration(string Name, string Socket, int MaxRadios = VmConfiguration.RadioLimit)
{
    /// <summary>Whether its front end speaks vhost-user there; else its QEMU has an ivshmem device.</summary>
    public bool IsVhostUser { get; init; }

    /// <summary>The addresses that its radios may have; empty: those of no other VM.</summary>
    public IReadOnlyList<MacAddressPrefix> Addresses { get; init; } = [];

    /// <summary>Whether its radios may have, and send as, addresses of other VMs; null: as <see cref="DaemonConfiguration.Spoofing"/> says.</summary>
    public bool? Spoofing { get; init; }

    /// <summary>Whom its socket is for; null: as the others'.</summary>
    public SocketOwner? Owner { get; init; }

    /// <summary>Radios that a port can have.</summary>
    public const int RadioLimit = Abi.MaxRadios;

    /// <summary>Bytes of a name: the port table's field less its NUL.</summary>
    public const int NameLimit = Abi.NameSize - 1;

    /// <summary>Whether a VM that attaches at the common socket may be called so: vm1, vm2 and so on.</summary>
    public static bool IsAutomatic(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length > 2 && name.StartsWith("vm", StringComparison.Ordinal) && name.AsSpan(2).IndexOfAnyExceptInRange('0', '9') < 0;
    }
}

/// <summary>Where the control API listens, and to whom.</summary>
/// <param name="Socket">A Unix socket; null: <c>control.sock</c> beside the state file.</param>
/// <param name="Group">The group that may change the medium, beside root and the daemon's user; null: its own.</param>
/// <param name="Readers">A group that may read, and change nothing; null: none.</param>
public sealed record ControlConfiguration(string? Socket, string? Group = null, string? Readers = null)
{
    /// <summary>In place of a path: the API listens nowhere.</summary>
    public const string None = "none";

    /// <summary>What a path, or <see cref="None"/>, on the command line means, in place of the one that is configured.</summary>
    public static ControlConfiguration? Override(ControlConfiguration? configured, string text) =>
        text == None ? null : (configured ?? new(Socket: null)) with { Socket = Path.GetFullPath(text) };

    /// <summary>The socket's path.</summary>
    public string SocketFor(string statePath) => Socket ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(statePath))!, "control.sock");
}

/// <summary>Where and how the daemon logs.</summary>
/// <param name="File">A file; null is standard error.</param>
public sealed record LogConfiguration(string? File, LogFormat Format);

/// <summary>How a line of the log looks.</summary>
public enum LogFormat
{
    /// <summary>For people. Written <c>text</c>.</summary>
    Text,

    /// <summary>One JSON object a line. Written <c>json</c>.</summary>
    Json,
}
