using ShmWifi.Lab;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;
using ShmWifi.Lab.Wifi;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.System.VhostUser;

/// <summary>Guests that are User-Mode-Linux of both kernels, whose radios meet by vhost-user, and a VM of QEMU's on the same medium.</summary>
[Explicit("needs root and User-Mode-Linux: './shmwifi setup --hypervisor uml', and the same with '--kernel 6.1'")]
[Category("Nightly")]
[NonParallelizable]
internal sealed class UmlTests
{
    private const int Pings = 50;
    private const string Ssid = "native", AccessPointAddress = "192.168.77.1";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private LabInstance? _lab;

    [OneTimeSetUp]
    public async Task StartTheLab()
    {
        var topology = new Topology(
            "uml-test",
            PerVmIsolation: false,
            [Uml("ap", "6.12"), Uml("sta", "6.1"), Uml("node", "6.12"), new VmSpec { Name = "vm", Kernel = "6.12", Path = FramePath.Kernel }])
        { IsCaptured = false };
        var directory = new LabDirectory(topology.Name);
        directory.Prepare(topology.Vms.Select(vm => vm.Name));
        await Progress.RunAsync(async progress => _lab = await LabInstance.StartAsync(topology, directory, progress, CancellationToken.None));
    }

    [OneTimeTearDown]
    public async Task EndTheLab()
    {
        if (_lab is null)
            return;
        string log = await File.ReadAllTextAsync(_lab.Medium!.LogFile);
        await _lab.DisposeAsync();
        Assert.That(log, Does.Not.Contain("gets no medium").And.Not.Contains("served no more"));
    }

    [TearDown]
    public Task LeaveTheMedium() => Task.WhenAll((_lab?.Vms ?? []).Select(vm => RunAsync(vm.Name, """
        killall -q hostapd wpa_supplicant udhcpd
        while pidof hostapd wpa_supplicant udhcpd; do usleep 50000; done
        rm -f /run/hostapd-* /run/wpa_supplicant-*
        ip link set wlan0 down && iw dev wlan0 set type managed && /bin/ip address flush dev wlan0
        """)));

    [TestCase(Security.Wpa2)]
    [TestCase(Security.Wpa3)]
    public async Task StationsAssociateAndPingEachOther(Security security)
    {
        await OfferAsync("ap", security);
        string[] addresses = await Task.WhenAll(JoinAsync("sta", security), JoinAsync("node", security));

        await AssertPingsAsync("sta", AccessPointAddress);
        await AssertPingsAsync("ap", addresses[0]);
        await AssertPingsAsync("sta", addresses[1]);
    }

    [Test]
    public async Task AScanFindsTheAccessPointOfAnotherGuest()
    {
        await OfferAsync("ap", Security.Wpa2);
        string address = (await RunAsync("ap", "cat /sys/class/net/wlan0/address")).Trim();

        string found = await RunAsync("sta", "ip link set wlan0 up && iw dev wlan0 scan");

        Assert.That(found, Does.Contain($"BSS {address}(on wlan0)").And.Contain($"SSID: {Ssid}\n").And.Contain("signal: -30.00 dBm"));
    }

    [Test]
    public async Task ThreeGuestsAreAMesh()
    {
        string[] nodes = ["ap", "sta", "node"];
        for (int number = 0; number < nodes.Length; number++)
        {
            await RunAsync(nodes[number], $"""
                ip link set wlan0 down && iw dev wlan0 set type mp && ip link set wlan0 up && iw dev wlan0 mesh join {Ssid} freq 2437 &&
                    /bin/ip address add 192.168.78.{number + 1}/24 dev wlan0
                """);
        }
        foreach (string node in nodes)
            await RunAsync(node, "until [ $(iw dev wlan0 station dump | grep -c ESTAB) = 2 ]; do usleep 100000; done");

        await AssertPingsAsync("ap", "192.168.78.2");
        await AssertPingsAsync("sta", "192.168.78.3");
        await AssertPingsAsync("node", "192.168.78.1");
    }

    [Test]
    public async Task AStationThatIsKilledAndStartedAgainIsServed()
    {
        await OfferAsync("ap", Security.Wpa2);
        await JoinAsync("sta", Security.Wpa2);

        await RestartAsync("sta");
        await JoinAsync("sta", Security.Wpa2);

        await AssertPingsAsync("sta", AccessPointAddress);
    }

    [Test]
    public async Task AnAccessPointThatIsKilledAndStartedAgainIsServed()
    {
        await OfferAsync("ap", Security.Wpa2);
        await JoinAsync("sta", Security.Wpa2);

        await RestartAsync("ap");
        await OfferAsync("ap", Security.Wpa2);
        await RunAsync("sta", $"until /bin/ping -n -c 1 -W 1 {AccessPointAddress}; do usleep 100000; done");

        await AssertPingsAsync("sta", AccessPointAddress);
    }

    [Test]
    public async Task PingsGoOnWhenTheEngineIsKilled()
    {
        const int Sent = 100;
        await OfferAsync("ap", Security.Wpa2);
        await JoinAsync("sta", Security.Wpa2);
        var engine = new EngineOf(_lab!.Medium!.ProcessId);

        var probe = Probe("sta", AccessPointAddress);
        var pings = probe.RunAsync(Sent, intervalSeconds: 0.1, CancellationToken.None);
        await Task.Delay(TimeSpan.FromSeconds(3));
        await engine.AwaitOtherAsync(engine.Signal(SIGKILL), CancellationToken.None);
        Assert.That(pings.IsCompleted, Is.False, "the kill came while it pinged");
        await pings;

        Assert.That(probe.Received, Is.GreaterThanOrEqualTo(Sent - 1), "what was under way at the kill may be lost");
        Assert.That(await RunAsync("sta", "cat /run/wpa_supplicant-wlan0.log"), Does.Not.Contain("CTRL-EVENT-DISCONNECTED"));
    }

    [Test]
    public async Task AVmOnTheKernelPathServesAStationThatIsUserModeLinux()
    {
        await OfferAsync("vm", Security.Wpa3);
        string address = await JoinAsync("sta", Security.Wpa3);

        await AssertPingsAsync("sta", AccessPointAddress);
        await AssertPingsAsync("vm", address);
    }

    private VirtualMachine this[string name] => _lab!.Vms.Single(vm => vm.Name == name);

    private static VmSpec Uml(string name, string kernel) => new()
    {
        Name = name,
        Kernel = kernel,
        Hypervisor = Hypervisor.Uml,
        Path = FramePath.Virtio,
    };

    private static Network Network(Security security) => new(Lab.Topologies.Ssid.Of(Ssid), security, "a program of the host's", 6);

    private async Task OfferAsync(string vm, Security security)
    {
        var accessPoint = new AccessPoint(new WifiInterface(this[vm], "wlan0"), Network(security));
        await accessPoint.StartAsync(bridge: null, CancellationToken.None);
        await accessPoint.ServeDhcpAsync(AccessPointAddress, CancellationToken.None);
    }

    /// <returns>The station's address.</returns>
    private async Task<string> JoinAsync(string vm, Security security)
    {
        var station = new Station(new WifiInterface(this[vm], "wlan0"), Network(security));
        Assert.That((await station.JoinAsync(CancellationToken.None)).Security, Is.EqualTo(security));
        return await station.LeaseAsync(CancellationToken.None);
    }

    private async Task RestartAsync(string vm)
    {
        await this[vm].KillAsync();
        this[vm].PowerOn();
        await this[vm].WaitReadyAsync(CancellationToken.None);
        await LabInstance.SetUpAsync(this[vm], CancellationToken.None);
    }

    private async Task AssertPingsAsync(string from, string address)
    {
        var probe = Probe(from, address);
        await probe.RunAsync(Pings, intervalSeconds: 0.05, CancellationToken.None);
        Assert.That(probe.Received, Is.EqualTo(Pings), $"{from} to {address}");
    }

    private PingProbe Probe(string from, string address) => new(new MeasuredPath(from, address, this[from].Guest, Enter: "", address));

    private Task<string> RunAsync(string vm, string script) => this[vm].Guest.RunAsync(TestContext.CurrentContext.Test.Name, script, Limit);
}
