using ShmWifi.Lab;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Tests.Browser;

/// <summary>The map in Debian's Chromium, with guests of User-Mode-Linux: what one does there is what they have.</summary>
[Explicit("needs root, Chromium and User-Mode-Linux: './shmwifi setup --hypervisor uml'")]
[Category("Nightly")]
[NonParallelizable]
internal sealed class StationTests
{
    private const string AccessPointAddress = "192.168.79.1", Station = "sta";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly Network s_network = new(Ssid.Of("map"), Security.Wpa2, "a program of the host's", 6);
    private readonly int _port = Loopback.FreePort();
    private PageSession _session = null!;
    private LabInstance _lab = null!;

    [OneTimeSetUp]
    public async Task StartTheLab()
    {
        _session = await PageSession.StartAsync();
        var topology = new Topology("web-test", PerVmIsolation: false, [Uml("ap"), Uml(Station)])
        {
            IsCaptured = false,
            Medium = $"web: {_port}\npropagation: {{model: logDistance, exponent: 3}}\nradios:\n  - {{radio: ap, position: [0, 0, 0]}}\n"
                + $"  - {{radio: {Station}, position: [8, 3, 0]}}\n",
        };
        var directory = new LabDirectory(topology.Name);
        directory.Prepare(topology.Vms.Select(vm => vm.Name));
        await Progress.RunAsync(async progress => _lab = await LabInstance.StartAsync(topology, directory, progress, CancellationToken.None));
        var accessPoint = new AccessPoint(new WifiInterface(this["ap"], "wlan0"), s_network);
        await accessPoint.StartAsync(bridge: null, CancellationToken.None);
        await accessPoint.ServeDhcpAsync(AccessPointAddress, CancellationToken.None);
        var station = new Station(new WifiInterface(this[Station], "wlan0"), s_network);
        _ = await station.JoinAsync(CancellationToken.None);
        _ = await station.LeaseAsync(CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task EndTheLab()
    {
        if (_lab is not null)
            await _lab.DisposeAsync();
        if (_session is not null)
            await _session.DisposeAsync();
    }

    [Test]
    public async Task AStationThatIsDraggedAwayLosesItsLinkAndHasItAgainWhenThatIsTakenBack()
    {
        Assert.That(await IsReachedAsync(), Is.True);
        var page = await _session.OpenAsync(_port);
        string radio = await page.EvaluateAsync<string>("""
            () => new Promise(resolve => {
              const look = () => {
                const found = [...window.shmwifi.model.radios.keys()].find(name => name.startsWith("sta/") && window.shmwifi.map.pointOf(name));
                found ? resolve(found) : setTimeout(look, 50);
              };
              look();
            })
            """);
        await page.Mouse.MoveAsync(500, 300);
        await page.Mouse.WheelAsync(0, 4000); // so far out that the border of the map is kilometres away
        await Task.Delay(200);
        var at = await PageSession.PointOfAsync(page, radio);
        await PageSession.DragAsync(page, at, (30, 500));

        await WaitAsync(isReached: false);
        await RunAsync("until ! iw dev wlan0 link | grep -q Connected; do usleep 200000; done");
        await page.ClickAsync("#undo");
        await WaitAsync(isReached: true);
        Assert.That(_session.Problems, Is.Empty);
    }

    [Test]
    public async Task AFaultThatIsClickedIsSeenByTheGuest()
    {
        await WaitAsync(isReached: true);
        var page = await _session.OpenAsync(_port);
        await page.FillAsync("#filter-vm", Station);
        await page.SelectOptionAsync("#filter-type", "data");
        _ = await IsReachedAsync();
        await page.ClickAsync("#pause");
        await page.Locator("#table .row.data").Filter(new() { HasText = "acknowledged" }).Last.ClickAsync();
        await page.FillAsync("#details input[type=number]", "1000");
        await page.ClickAsync("#inject");
        await page.WaitForSelectorAsync("[data-fault=page1]");

        await WaitAsync(isReached: false);
        await page.ClickAsync("#undo");
        await WaitAsync(isReached: true);
    }

    private VirtualMachine this[string name] => _lab.Vms.Single(vm => vm.Name == name);

    private static VmSpec Uml(string name) => new() { Name = name, Kernel = "6.12", Hypervisor = Hypervisor.Uml, Path = FramePath.Virtio };

    private async Task WaitAsync(bool isReached)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); await IsReachedAsync() != isReached;)
            Assert.That(clock.Elapsed, Is.LessThan(Limit), isReached ? "the station never had its link again" : "the station kept its link");
    }

    private async Task<bool> IsReachedAsync() => (await this[Station].Guest.TryRunAsync(
            $"/bin/ping -n -c 3 -i 0.2 -W 1 {AccessPointAddress}", Limit, null, CancellationToken.None))
        .Output.Contains("3 received", StringComparison.Ordinal);

    private Task<string> RunAsync(string script) => this[Station].Guest.RunAsync(TestContext.CurrentContext.Test.Name, script, Limit);
}
