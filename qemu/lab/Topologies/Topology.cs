using System.Globalization;

namespace ShmWifi.Lab.Topologies;

/// <summary>What a VM does on the medium.</summary>
internal enum Role
{
    /// <summary>Boots and has its radios; nothing is started on them.</summary>
    Plain,

    /// <summary>hostapd and a DHCP server.</summary>
    AccessPoint,

    /// <summary>wpa_supplicant and a DHCP client.</summary>
    Station,
}

/// <summary>How a network is protected.</summary>
internal enum Security
{
    /// <summary>Not at all.</summary>
    Open,

    /// <summary>WPA2-PSK with CCMP.</summary>
    Wpa2,

    /// <summary>WPA3-SAE with CCMP, management frames protected.</summary>
    Wpa3,
}

/// <summary>The newest PHY that a network uses.</summary>
internal enum PhyMode
{
    /// <summary>802.11b: DSSS and CCK, on 2.4 GHz.</summary>
    B,

    /// <summary>802.11g: OFDM beside 802.11b, on 2.4 GHz.</summary>
    G,

    /// <summary>802.11a: OFDM, on 5 GHz.</summary>
    A,

    /// <summary>802.11n: HT in 20 MHz, on either band.</summary>
    N,
}

/// <summary>What moves the frames of a guest between mac80211_hwsim and the rings.</summary>
internal enum FramePath
{
    /// <summary>A process in the guest, shm-injector.</summary>
    User,

    /// <summary>The guest's kernel module: no process runs.</summary>
    Kernel,

    /// <summary>hwsim itself, as a driver of a virtio device: nothing of ours is in the guest. Of User-Mode-Linux.</summary>
    Virtio,
}

/// <summary>A Wi-Fi network.</summary>
/// <param name="Passphrase">8..63 printable ASCII characters; not used by an open network.</param>
/// <param name="Channel">1..13 on 2.4 GHz, or one of <see cref="Channels5GHz"/>.</param>
internal sealed record Network(Ssid Ssid, Security Security, string Passphrase, int Channel)
{
    /// <summary>Channels of 5 GHz that need no radar detection in the United States (47 CFR
    /// 15.407(h)), whose rules the access points follow there.</summary>
    public static readonly IReadOnlyList<int> Channels5GHz = [36, 40, 44, 48, 149, 153, 157, 161, 165];

    /// <summary>The newest PHY that it uses.</summary>
    public PhyMode Mode { get; init; } = PhyMode.N;

    /// <summary>Rates that every member must have, in 100 kbit/s as hostapd counts them; empty:
    /// hostapd's choice. Only such a rate can be fixed alone.</summary>
    public IReadOnlyList<int> BasicRates { get; init; } = [];

    /// <summary>Whether it is on 5 GHz.</summary>
    public bool Is5GHz => Channel > 14;

    /// <summary>Centre of its channel, MHz: IEEE 802.11-2020 clause 19.3.15.2.</summary>
    public int FrequencyMhz => (Is5GHz ? 5000 : 2407) + (5 * Channel);
}

/// <summary>One VM of a lab.</summary>
internal sealed record VmSpec
{
    /// <summary>Its name, unique in the lab: 1..15 of [a-z0-9-].</summary>
    public required string Name { get; init; }

    /// <summary>The host whose daemon its radios are on, 1..15 of [a-z0-9-]; null: the lab has one daemon.</summary>
    public string? Host { get; init; }

    /// <summary>What it does on the medium.</summary>
    public Role Role { get; init; }

    /// <summary>Radios on the lab's medium, 0..64.</summary>
    public int Radios { get; init; } = 1;

    /// <summary>What moves its frames; without meaning in a VM without <see cref="Radios"/>.</summary>
    public FramePath Path { get; init; }

    /// <summary>hwsim's custom regulatory domain for <see cref="Radios"/>, 1..4; null: the rules of the country.</summary>
    public int? Regulatory { get; init; }

    /// <summary>Radios on the guest kernel's own medium instead, 0..64; they never meet the lab's medium.</summary>
    public int KernelRadios { get; init; }

    /// <summary>Memory in MiB.</summary>
    public int MemoryMib { get; init; } = 256;

    /// <summary>Virtual CPUs.</summary>
    public int Cpus { get; init; } = 1;

    /// <summary>Kernel series, one of <see cref="GuestKernels.Series"/>.</summary>
    public required string Kernel { get; init; }

    /// <summary>What the machine is; arm64 has the kernels of <see cref="GuestKernels.Arm64Series"/>.</summary>
    public GuestArchitecture Architecture { get; init; }

    /// <summary>A shell script: what it does from its boot on, to be powered off at the end; null: the lab gives it commands.</summary>
    public string? Script { get; init; }

    /// <summary>What runs it; User-Mode-Linux has the kernels of <see cref="GuestKernels.UmlSeries"/>.</summary>
    public Hypervisor Hypervisor { get; init; }

    /// <summary>Its kernel as qemu/guest-image/build-image names it, such as "6.12", "6.12-arm64" and "6.12-uml".</summary>
    public string Guest => Kernel
        + (Hypervisor == Hypervisor.Uml ? Checkout.Uml : Architecture == GuestArchitecture.Arm64 ? Checkout.Arm64 : "");

    /// <summary>The network that an access point offers, or that a station joins. Null for a plain VM.</summary>
    public Network? Network { get; init; }

    /// <summary>A bridge of this machine that an access point passes its stations' traffic to, or null.</summary>
    public string? Uplink { get; init; }

    /// <summary>More arguments for the guest's kernel, such as "idle=poll"; none has blanks.</summary>
    public IReadOnlyList<string> KernelArguments { get; init; } = [];

    /// <summary>More arguments for QEMU.</summary>
    public IReadOnlyList<string> QemuArguments { get; init; } = [];
}

/// <summary>Clocks that stand still while anybody works.</summary>
/// <param name="Factor">So many times as fast as this machine's clock at most; null: as fast as events allow.</param>
/// <param name="Seed">What all guests' random numbers come from.</param>
internal sealed record VirtualTime(double? Factor = null, int Seed = 1)
{
    /// <summary>The value of the daemon's key <c>time</c>.</summary>
    public string Yaml => Factor is { } factor ? $"{{virtual: {factor.ToString(CultureInfo.InvariantCulture)}}}" : "virtual";
}

/// <summary>How the daemons of a lab's hosts reach the NATS server by which they are one medium.</summary>
/// <param name="Url">As the daemon's key <c>url</c> of <c>trunk</c>.</param>
/// <param name="Credentials">As <c>credentials</c>; null: the server asks for nothing.</param>
/// <param name="Authorities">As <c>authorities</c>; null: the system's.</param>
internal sealed record TrunkAccess(string Url, string? Credentials = null, string? Authorities = null);

/// <summary>A whole lab.</summary>
/// <param name="Name">Names its folder under run/: 1..31 of [a-z0-9-].</param>
/// <param name="PerVmIsolation">A region for each VM instead of one for all.</param>
/// <param name="Vms">The VMs, access points first or not.</param>
internal sealed record Topology(string Name, bool PerVmIsolation, IReadOnlyList<VmSpec> Vms)
{
    /// <summary>Whether what passes on the medium is written to a file. A measurement of the medium alone goes without.</summary>
    public bool IsCaptured { get; init; } = true;

    /// <summary>Sections of the daemon's configuration, such as <c>timing</c>, <c>links</c> and <c>radios</c>; empty: the perfect medium.</summary>
    public string Medium { get; init; } = "";

    /// <summary>The clock of all VMs, which is the daemon's; null: this machine's.</summary>
    public VirtualTime? Time { get; init; }

    /// <summary>A wmediumd that is the medium of all VMs, which are attached by vhost-user; null: it is shm-medium.</summary>
    public string? Wmediumd { get; init; }

    /// <summary>The server that hosts meet at; null: one that the lab starts.</summary>
    public TrunkAccess? Trunk { get; init; }

    /// <summary>The host whose VMs are started here; null: those of all hosts.</summary>
    public string? OwnHost { get; init; }

    /// <summary>Whose daemons are started here, in the order of their VMs; a host without a name is alone. Empty: no VM has a radio on the lab's
    /// medium.</summary>
    public IReadOnlyList<string?> Hosts =>
        [.. Vms.Where(vm => vm.Radios > 0 && IsHere(vm)).Select(vm => vm.Host).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether a VM is started here.</summary>
    public bool IsHere(VmSpec vm) => OwnHost is null || vm.Host == OwnHost;

    /// <summary>The folders that the lab needs here in its own: of VMs, and of hosts.</summary>
    public IEnumerable<string> Folders => [.. Vms.Where(IsHere).Select(vm => vm.Name), .. Hosts.OfType<string>()];
}
