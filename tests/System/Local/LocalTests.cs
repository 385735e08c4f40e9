using System.Text.Json.Nodes;
using ShmWifi.Configuration.Medium;
using ShmWifi.Lab;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Tests.System.Local;

/// <summary>shm-medium local in a VM, whose kernel has three radios in three network namespaces.</summary>
[NonParallelizable]
public class LocalTests
{
    private const string Name = "local";
    private const string Absent = "02:00:00:00:99:99";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3); // .NET starts in an emulated CPU, on a machine that may do much else
    private static readonly Network Network = new(Ssid.Of("ShmWifi"), Security.Wpa2, "one medium, one machine", Channel: 6);

    private LabInstance? _lab;

    private VirtualMachine Vm => _lab!.Vms[0];

    [OneTimeSetUp]
    public async Task Boot()
    {
        var directory = new LabDirectory(Name);
        directory.Prepare([Name]);
        var vm = new VmSpec
        {
            Name = Name,
            Kernel = "6.12",
            Radios = 0,
            MemoryMib = 1024,
            Cpus = 2,
            QemuArguments = ["-initrd", MediumInitramfs.Make("6.12", directory.Path)], // the last one counts
        };
        var topology = new Topology(Name, PerVmIsolation: false, [vm]);
        await Progress.RunAsync(async progress => _lab = await LabInstance.StartAsync(topology, directory, progress, CancellationToken.None));
    }

    [OneTimeTearDown]
    public async Task ShutDown()
    {
        if (_lab is not { } lab)
            return;
        await lab.DisposeAsync();
        File.Delete(Path.Combine(lab.Folder, GuestInitramfs.FileName));
    }

    [Test]
    public async Task NamespacesOfOneMachineMeetOnItsMedium()
    {
        await LoadAsync("radios=3");
        string[] radios = (await RunAsync("naming the radios", "cat /sys/class/net/wlan[0-2]/phy80211/name")).TrimEnd().Split('\n');
        await RunAsync("moving a radio before the start",
            $"/bin/ip netns add early && iw phy {radios[2]} set netns name early && /bin/ip -n early link set wlan2 up");
        await RunAsync("configuring the medium", $$"""
            cat >/run/medium.yaml <<'EOF'
            links:
              - { from: local/{{radios[0]}}, to: local/{{radios[2]}}, snrDb: 30 }
            EOF
            """);
        await StartAsync();

        var station = await KernelFloor.StartAsync(Vm, Network, CancellationToken.None); // moves the second radio after the start
        var pings = new PingProbe(MeasuredPath.InKernel(station));
        await pings.WarmUpAsync(CancellationToken.None);
        await pings.RunAsync(100, CancellationToken.None);
        string seen =
            await RunAsync("scanning in the third namespace", "/bin/ip netns exec early iw dev wlan2 scan freq 2437 | grep -E 'SSID|signal'");
        string controlled = await RunAsync("asking for the radios", "shm-medium ctl get radios");
        await RunAsync("sending to nobody", $"hostapd_cli -i wlan0 deauthenticate {Absent}");
        var (secondExit, second) = await Vm.Guest.TryRunAsync("shm-medium local --state /run/second.json", Limit);
        var (unprivilegedExit, unprivileged) =
            await Vm.Guest.TryRunAsync("start-stop-daemon -S -c tcpdump -x /bin/shm-medium -- local --state /tmp/third.json", Limit);
        await RunAsync("removing a namespace", "/bin/ip netns del early; until [ -e /sys/class/net/wlan2 ]; do usleep 50000; done");
        var totals = await StopAsync();
        await pings.RunAsync(20, CancellationToken.None);

        var medium = totals["vms"]![0]!;
        string log = await RunAsync("reading the log", "cat /run/medium.frames");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pings.Received, Is.EqualTo(120), "of 100 over ShmMedium and 20 over the kernel's own, after it got its frames back");
            Assert.That(seen, Does.Contain(Network.Ssid.ToString()).And.Contain($"signal: {RadioConfiguration.DefaultNoiseFloorDbm + 30:0.00} dBm"));
            Assert.That(controlled, Does.Contain($"local/{radios[0]}").And.Contain($"local/{radios[1]}").And.Contain($"local/{radios[2]}"));
            Assert.That(medium["radios"]!.AsArray().Select(radio => (string)radio!["name"]!), Is.EquivalentTo(radios));
            Assert.That((ulong)medium["acked"]!, Is.GreaterThan(200));
            Assert.That((ulong)totals["medium"]!["payloadBytesCopied"]!, Is.Zero);
            Assert.That(log.Split('\n'), Has.Some.Contains($"> {Absent}").And.Contains("not acknowledged"));
            Assert.That(secondExit, Is.EqualTo(1));
            Assert.That(second, Does.Contain("another program is registered with mac80211_hwsim"));
            Assert.That(unprivilegedExit, Is.EqualTo(1));
            Assert.That(unprivileged, Does.Contain("not privileged"));
        }
    }

    [Test]
    public async Task ARadioOfSeveralChannelsCannotBeServed()
    {
        await LoadAsync("radios=1 channels=2");
        var (exit, output) = await Vm.Guest.TryRunAsync("shm-medium local --state /run/channels.json", Limit);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exit, Is.EqualTo(1));
            Assert.That(output, Does.Contain("a radio has more than one channel"));
        }
    }

    private async Task LoadAsync(string parameters) =>
        await RunAsync("loading hwsim", $"rmmod mac80211_hwsim && modprobe mac80211_hwsim {parameters}");

    private async Task StartAsync() => await RunAsync("starting shm-medium", """
        shm-medium local --config /run/medium.yaml --print none --log /run/medium.frames --capture /run/medium.pcapng \
            --stats /run/medium.stats </dev/null >/run/medium.log 2>&1 &
        echo $! >/run/medium.pid
        until grep -q 'shm-medium: ready' /run/medium.log; do kill -0 $! || { cat /run/medium.log; exit 1; }; usleep 50000; done
        """);

    private async Task<JsonNode> StopAsync() => JsonNode.Parse(await RunAsync(
        "stopping shm-medium", "kill $(cat /run/medium.pid); while kill -0 $(cat /run/medium.pid); do usleep 50000; done 2>/dev/null; cat "
            + "/run/medium.stats"))!;

    private Task<string> RunAsync(string step, string script) => Vm.Guest.RunAsync(step, script, Limit);
}
