using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Perf.Scenarios.Vms;

/// <summary>A running lab whose stations are associated and whose guests serve iperf3.</summary>
internal sealed class WifiLab : IAsyncDisposable
{
    private readonly LabInstance _lab;
    private readonly IReadOnlyList<Member> _members;

    private WifiLab(LabInstance lab, IReadOnlyList<Member> members)
    {
        _lab = lab;
        _members = members;
    }

    /// <summary>The daemon.</summary>
    public MediumProcess Medium => _lab.Medium!;

    /// <summary>An access point or station.</summary>
    /// <param name="name">The VM's name.</param>
    public Member this[string name] => _members.Single(member => member.Name == name);

    /// <summary>Starts it.</summary>
    /// <param name="run">Names the lab; hears of each step.</param>
    /// <param name="medium">Sections of the daemon's configuration.</param>
    /// <param name="vms">Access points and stations.</param>
    public static async Task<WifiLab> StartAsync(ScenarioRun run, string medium, params VmSpec[] vms)
    {
        var topology = new Topology($"scenario-{run.Name}", PerVmIsolation: false, vms) { IsCaptured = false, Medium = medium };
        var directory = new LabDirectory(topology.Name);
        directory.Prepare(topology.Vms.Select(vm => vm.Name));
        LabInstance lab = await LabInstance.StartAsync(topology, directory, run.Progress, run.Cancellation);
        try
        {
            var roles = new Roles(run.Progress);
            await roles.StartAsync(lab.Vms, run.Cancellation);
            foreach (Member member in roles.Members)
                await Iperf.ServeAsync(member.Radio.Vm.Guest, run.Cancellation);
            return new WifiLab(lab, roles.Members);
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>An access point of an open network.</summary>
    /// <param name="run">Whose guests.</param>
    /// <param name="name">The VM's name, and the network's.</param>
    /// <param name="network">Channel, PHY and rates.</param>
    public static VmSpec AccessPoint(ScenarioRun run, string name, Network network) =>
        new() { Name = name, Role = Role.AccessPoint, Kernel = run.Options.Kernel, Network = network };

    /// <summary>A station that joins it.</summary>
    /// <param name="run">Whose guests.</param>
    /// <param name="name">The VM's name.</param>
    /// <param name="network">The access point's.</param>
    public static VmSpec Station(ScenarioRun run, string name, Network network) =>
        new() { Name = name, Role = Role.Station, Kernel = run.Options.Kernel, Network = network };

    /// <summary>An open network.</summary>
    /// <param name="ssid">Its name.</param>
    /// <param name="channel">Its channel.</param>
    /// <param name="mode">Its PHY.</param>
    /// <param name="basicRates">Rates that every member must have, 100 kbit/s; one of them can be fixed.</param>
    public static Network Open(string ssid, int channel, PhyMode mode, params int[] basicRates) =>
        new(ssid, Security.Open, "", channel) { Mode = mode, BasicRates = basicRates };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lab.DisposeAsync();
}
