using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Lab.Demo;

/// <summary>What a demo does.</summary>
/// <param name="Name">Names its folder under run/.</param>
/// <param name="Kernel">Kernel series of all guests.</param>
/// <param name="PerVmIsolation">A region for each VM.</param>
/// <param name="Security">Of the network.</param>
/// <param name="Stations">How many, 1 at least.</param>
/// <param name="Seconds">How long the pings of each pair take in all, and how long each TCP test takes.</param>
/// <param name="Soak">How long traffic goes on after the measurements; zero for not at all.</param>
internal sealed record DemoOptions(string Name, string Kernel, bool PerVmIsolation, Security Security, int Stations, int Seconds, TimeSpan Soak)
{
    /// <summary>The network.</summary>
    public Network Network => new("ShmWifi", Security, "one air, two machines", 1);

    /// <summary>The lab: an access point, the stations, and the VM of the in-kernel floor.</summary>
    public Topology Topology => new(Name, PerVmIsolation,
    [
        new VmSpec { Name = "ap", Role = Role.AccessPoint, Kernel = Kernel, Network = Network },
        .. Enumerable.Range(1, Stations).Select(number =>
            new VmSpec { Name = $"sta{number}", Role = Role.Station, Kernel = Kernel, Network = Network }),
        KernelFloor.Vm(Kernel),
    ]);
}
