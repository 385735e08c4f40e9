using System.Globalization;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Demo;

/// <summary>What a demo does.</summary>
/// <param name="Name">Names its folder under run/.</param>
/// <param name="Kernel">Kernel series of all guests.</param>
/// <param name="Stations">How many, 1 at least.</param>
/// <param name="Seconds">How long the pings of each pair take in all, and how long each TCP test takes.</param>
/// <param name="Soak">How long traffic goes on after the measurements; zero for not at all.</param>
internal sealed record DemoOptions(string Name, string Kernel, bool PerVmIsolation, Security Security, int Stations, int Seconds, TimeSpan Soak)
{
    /// <summary>What runs the VMs.</summary>
    public Hypervisor Hypervisor { get; init; }

    /// <summary>What moves frames in the guests.</summary>
    public FramePath Path { get; init; }

    /// <summary>Daemons that are one medium by NATS: the access point is on the first, stations on all in turn. 1: one alone.</summary>
    public int Hosts { get; init; } = 1;

    /// <summary>The access point's machine.</summary>
    public GuestArchitecture AccessPointArchitecture { get; init; }

    /// <summary>How often the first station's kernel module is reloaded during the soak; zero for never.</summary>
    public TimeSpan ReloadEvery { get; init; }

    /// <summary>Port of this machine where the medium serves its map; then the demo stays until Ctrl-C. Null: nowhere.</summary>
    public int? WebPort { get; init; }

    /// <summary>The network.</summary>
    public Network Network => new(Ssid.Of("ShmWifi"), Security, "one medium, two machines", 1);

    /// <summary>The lab: an access point, the stations, and the VM of the in-kernel floor.</summary>
    public Topology Topology => new(Name, PerVmIsolation,
    [
        new VmSpec
        {
            Name = "ap",
            Host = Host(0),
            Role = Role.AccessPoint,
            Kernel = Kernel,
            Architecture = AccessPointArchitecture,
            Hypervisor = Hypervisor,
            Path = Path,
            Network = Network,
        },
        .. Enumerable.Range(1, Stations).Select(number =>
            new VmSpec
            {
                Name = $"sta{number}",
                Host = Host(number - 1),
                Role = Role.Station,
                Kernel = Kernel,
                Hypervisor = Hypervisor,
                Path = Path,
                Network = Network,
            }),
        KernelFloor.Vm(Kernel, Hypervisor),
    ])
    { Medium = WebPort is { } port ? MapOf(port) : "" };

    private string? Host(int number) => Hosts > 1 ? $"h{(number % Hosts) + 1}" : null;

    /// <summary>Stations on a circle around their access point, near enough to lose nothing, and links that follow when they are moved.</summary>
    private string MapOf(int port)
    {
        const double RadiusM = 8;
        var places = Enumerable.Range(0, Stations).Select(number => double.Pi * ((2.0 * number / Stations) + 0.15)).Select((angle, number) =>
            string.Create(CultureInfo.InvariantCulture,
                $"  - {{radio: sta{number + 1}, position: [{RadiusM * double.Cos(angle):0.0}, {RadiusM * double.Sin(angle):0.0}, 1]}}\n"));
        return $"web: {port}\npropagation: {{model: logDistance, exponent: 3}}\nradios:\n  - {{radio: ap, position: [0, 0, 2]}}\n"
            + string.Concat(places);
    }
}
