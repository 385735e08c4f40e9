using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>A running lab of plain VMs, in which access points and stations are started as they are needed.</summary>
internal sealed class WifiLab : IAsyncDisposable
{
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(20);
    private readonly LabInstance _lab;
    private readonly ScenarioRun _run;
    private int _networks;

    private WifiLab(LabInstance lab, ScenarioRun run)
    {
        _lab = lab;
        _run = run;
    }

    /// <summary>The daemon.</summary>
    public MediumProcess Medium => _lab.Medium!;

    /// <summary>The VMs.</summary>
    public IReadOnlyList<VirtualMachine> Vms => _lab.Vms;

    /// <summary>A VM.</summary>
    public VirtualMachine this[string name] => _lab.Vms.Single(vm => vm.Name == name);

    /// <summary>Boots the VMs; each serves iperf3.</summary>
    /// <param name="run">Names the lab; is told of each step.</param>
    /// <param name="medium">Sections of the daemon's configuration.</param>
    /// <param name="radios">How many radios each VM has: wlan0 and on.</param>
    public static async Task<WifiLab> StartAsync(ScenarioRun run, string medium, int radios, params string[] vms)
    {
        var lab = await StartAsync(run, medium, [.. vms.Select(name => new VmSpec { Name = name, Kernel = run.Options.Kernel, Radios = radios })]);
        try
        {
            foreach (string vm in vms)
                await Iperf.ServeAsync(lab[vm].Guest, run.Cancellation);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Boots the VMs.</summary>
    /// <param name="run">Names the lab; is told of each step.</param>
    /// <param name="medium">Sections of the daemon's configuration.</param>
    public static Task<WifiLab> StartAsync(ScenarioRun run, string medium, params VmSpec[] vms) => StartAsync(run, medium, isPerVm: false, vms);

    /// <summary>The same with a choice of isolation.</summary>
    /// <param name="isPerVm">A region for each VM instead of one for all.</param>
    public static async Task<WifiLab> StartAsync(ScenarioRun run, string medium, bool isPerVm, params VmSpec[] vms)
    {
        var topology = new Topology($"scenario-{run.Name}", isPerVm, vms) { IsCaptured = false, Medium = medium };
        var directory = new LabDirectory(topology.Name);
        directory.Prepare(vms.Select(vm => vm.Name));
        return new WifiLab(await LabInstance.StartAsync(topology, directory, run.Progress, run.Cancellation), run);
    }

    /// <summary>An open network.</summary>
    /// <param name="basicRates">Rates that every member must have, 100 kbit/s; one of them can be fixed.</param>
    public static Network Open(string ssid, int channel, PhyMode mode, params int[] basicRates) =>
        new(Ssid.Of(ssid), Security.Open, "", channel) { Mode = mode, BasicRates = basicRates };

    /// <summary>Starts a network, and associates stations with it; all have addresses then.</summary>
    /// <param name="device">Of all the VMs, such as "wlan0".</param>
    public async Task<WifiNetwork> ConnectAsync(string device, Network network, string accessPoint, params string[] stations)
    {
        string prefix = $"192.168.{100 + _networks++}";
        var access = new AccessPoint(new WifiInterface(this[accessPoint], device), network);
        await access.StartAsync(null, _run.Cancellation);
        var offering = await AddressAsync(access.Radio, $"{prefix}.1", null);
        _run.Progress.Done($"{accessPoint} offers '{network.Ssid}' on channel {network.Channel}");
        var joined = await Task.WhenAll(stations.Select(async (name, i) =>
        {
            var station = new Station(new WifiInterface(this[name], device), network);
            var association = await station.JoinAsync(_run.Cancellation);
            _run.Progress.Done($"{name} is associated with '{network.Ssid}': {association.Milliseconds:0} ms");
            return await AddressAsync(station.Radio, $"{prefix}.{i + 2}", association);
        }));
        return new WifiNetwork(offering, joined);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    private async Task<Member> AddressAsync(WifiInterface radio, string address, Association? association)
    {
        await radio.Vm.Guest.RunAsync("setting the address", $"/bin/ip address add {address}/24 dev {radio.Name}", Answer, _run.Cancellation);
        return new Member(radio, address, association);
    }
}

/// <summary>A network whose members have addresses.</summary>
internal sealed record WifiNetwork(Member AccessPoint, IReadOnlyList<Member> Stations)
{
    /// <summary>The first of them.</summary>
    public Member Station => Stations[0];

    /// <summary>Sends more UDP from a station to the access point than the medium carries.</summary>
    /// <returns>Payload that came, Mbit/s.</returns>
    public Task<double> SaturateAsync(Member station, int seconds, int mbps, CancellationToken cancellation) =>
        Iperf.SaturateAsync(MeasuredPath.OverAir(station, AccessPoint), AccessPoint.Radio.Vm.Guest, seconds, mbps, SaturatedExchange.PayloadOctets,
            cancellation);
}
