using System.Diagnostics;
using System.Text.Json.Nodes;
using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Qemu;

namespace ShmWifi.Tests.System;

/// <summary>A lab in which the frames of one VM take the kernel path and those of another the user path.</summary>
[NonParallelizable]
public class MixedLabTests
{
    private const string Name = "mixed-test";
    // Runs a command until it succeeds, 100 times at most.
    private const string Await = """await() { tries=100; until eval "$1" || [ $tries = 0 ]; do tries=$((tries - 1)); usleep 100000; done; }; """;
    private const string Anonymous = "/machine/peripheral-anon"; // devices without an ID
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [OneTimeSetUp]
    public void StartTheLab()
    {
        string topology = Path.Combine(TestContext.CurrentContext.WorkDirectory, "mixed.yaml");
        File.WriteAllText(topology, $"""
            name: {Name}
            vms:
              - {"{"} name: ap, role: ap, kernel: 6.12, path: kernel, ssid: Café ☕ {"}"}
              - {"{"} name: sta, role: station, kernel: 6.1, path: user {"}"}
            """);
        var (up, progress) = ProgramRun.Lab(Limit, "lab", "up", topology);
        Assert.That(up, Is.Zero, progress);
    }

    [OneTimeTearDown]
    public void EndTheLab() => ProgramRun.Lab(Limit, "lab", "down", "--lab", Name);

    [Test]
    public void VmsOfBothPathsAndBothKernelsTalk()
    {
        var (ping, answers) = InStation("/bin/ping -c 20 -i 0.1 -w 20 192.168.77.1");
        var (status, json) = ProgramRun.Lab(Limit, "lab", "status", "--lab", Name, "--counters", "--json");
        Assert.That(status, Is.Zero, json);
        var vms = JsonNode.Parse(json)!["vms"]!.AsArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ping, Is.Zero, answers);
            Assert.That(PingProbe.Read(answers, count: 20), Has.Count.EqualTo(20), answers);
            Assert.That(vms.Select(vm => (string?)vm!["path"]), Is.EqualTo(new[] { "kernel", "user" }));
            Assert.That(vms.Select(vm => (long)vm!["counters"]!["rxFrames"]!), Is.All.GreaterThan(20));
        }
    }

    [Test]
    [DependsOnTest(nameof(VmsOfBothPathsAndBothKernelsTalk), AllowFailure = true)]
    public void WiresharkShowsWhatTheStationHearsWhileItJoins()
    {
        string folder = Directory.CreateTempSubdirectory("shmwifi-tshark").FullName;
        try
        {
            TsharkProcess.Install(folder, Path.Combine(Checkout.Run, Name, "medium-state.json"));
            using var list = new TsharkProcess(folder, "-D");
            using var tshark = new TsharkProcess(folder, "-i", "shmwifi:sta", "-l", "-Y", "wlan.fc.type_subtype == 8 || eapol", "-T", "fields",
                "-e", "wlan_rsna_eapol.keydes.msgnr", "-e", "wlan.ta", "-e", "radiotap.dbm_antsignal");
            Deadline.Until(() => tshark.Lines.Count != 0, "a beacon");
            var (exitCode, output) = InStation("""
                killall wpa_supplicant
                while pidof wpa_supplicant; do usleep 100000; done
                wpa_supplicant -B -i wlan0 -c /run/wpa_supplicant-wlan0.conf
                await "iw dev wlan0 link | grep Connected"
                await "/bin/ping -c 1 -W 1 192.168.77.1"
                """);
            Assert.That(exitCode, Is.Zero, output);
            const string AccessPoint = "02:53:57:00:01:00", Station = "02:53:57:00:02:00";
            string[] messages = [$"1\t{AccessPoint}\t-30", $"2\t{Station}\t-30", $"3\t{AccessPoint}\t-30", $"4\t{Station}\t-30"];
            Deadline.Until(() => tshark.Lines.Count(line => line[0] != '\t') >= messages.Length, "the four messages");
            tshark.Interrupt();
            using (Assert.EnterMultipleScope())
            {
                Assert.That(list.ReadToEnd(), Does.Contain("shmwifi:ap (ShmWifi: VM ap)").And.Contain("shmwifi:sta:"));
                Assert.That(tshark.Lines.Where(line => line[0] != '\t'), Is.EqualTo(messages));
                Assert.That(tshark.Lines, Has.Some.EqualTo($"\t{AccessPoint}\t-30"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>wpa_supplicant keeps the first three octets of an address that it randomises, by which a default one is known.</summary>
    [Test]
    [DependsOnTest(nameof(WiresharkShowsWhatTheStationHearsWhileItJoins), AllowFailure = true)]
    public void AStationMayHaveARandomAddressThatBeginsAsDefaultOnesDo()
    {
        var (exitCode, output) = InStation("""
            killall wpa_supplicant
            while pidof wpa_supplicant; do usleep 100000; done
            { echo mac_addr=2; cat /run/wpa_supplicant-wlan0.conf; } >/run/random-address.conf
            wpa_supplicant -B -i wlan0 -c /run/random-address.conf
            await "iw dev wlan0 link | grep Connected"
            cat /sys/class/net/wlan0/address
            /bin/ping -c 5 -i 0.2 -w 20 192.168.77.1
            """);
        Assert.That(exitCode, Is.Zero, output);
        Assert.That(output, Does.Match("(?m)^02:53:57:").And.Not.Contain("02:53:57:00:02:00"));
        Assert.That(PingProbe.Read(output, count: 5), Has.Count.EqualTo(5), output);
    }

    [Test]
    [DependsOnTest(nameof(AStationMayHaveARandomAddressThatBeginsAsDefaultOnesDo), AllowFailure = true)]
    public void TheSignalFollowsTheSendersTransmitPowerOnBothPaths()
    {
        var (_, before) = InStation("iw dev wlan0 link");
        var (fromAccessPoint, link) = In("ap", "iw dev wlan0 set txpower fixed 500") is (0, _)
            ? InStation("""await "iw dev wlan0 link | grep 'signal: -45 dBm'" """)
            : (-1, "the access point's power was not set");
        const string SendWith8Dbm = "iw dev wlan0 set txpower fixed 800 && (ping -i 0.2 192.168.77.1 </dev/null >/dev/null 2>&1 &)";
        var (fromStation, stations) = InStation(SendWith8Dbm) is (0, _)
            ? In("ap", """await "iw dev wlan0 station dump | grep 'signal:.*-42'" """)
            : (-1, "the station's power was not set, or it was not heard");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Does.Contain("signal: -30 dBm"), "of 20 dBm");
            Assert.That(fromAccessPoint, Is.Zero, link);
            Assert.That(fromStation, Is.Zero, stations);
        }
    }

    [Test]
    [DependsOnTest(nameof(TheSignalFollowsTheSendersTransmitPowerOnBothPaths), AllowFailure = true)]
    public void ShmInjectorWaitsForHwsimThatWasUnloaded()
    {
        var (reload, output) = InStation("""
            killall wpa_supplicant udhcpc
            log=/run/shm-injector.log
            shm-injector radios list
            rmmod mac80211_hwsim || exit 2
            await "grep -q 'unloaded: waiting' $log"
            sleep 2
            modprobe mac80211_hwsim radios=0
            await "[ \$(grep -c ': ready, 1 radios' $log) = 2 ]"
            shm-injector radios list
            ip link set wlan0 up
            tries=20; until iw dev wlan0 scan | grep SSID: || [ $tries = 0 ]; do tries=$((tries - 1)); sleep 0.5; done
            cat $log
            """);
        Assert.That(reload, Is.Zero, output);
        string[] addresses = [.. output.Split('\n').Where(line => line.StartsWith("phy", StringComparison.Ordinal)).Select(line => line.Split(' ',
            StringSplitOptions.RemoveEmptyEntries)[2])];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(addresses, Has.Length.EqualTo(2), output);
            Assert.That(addresses.Distinct(), Has.Exactly(1).Items, output);
            Assert.That(output, Does.Contain(@"SSID: Caf\xc3\xa9 \xe2\x98\x95"), "frames pass the medium again");
        }
    }

    [Test]
    [DependsOnTest(nameof(ShmInjectorWaitsForHwsimThatWasUnloaded), AllowFailure = true)]
    public async Task ShmInjectorSaysThatItsDeviceIsGone()
    {
        var (start, log) = InStation("""
            kill $(pidof shm-injector)
            while pidof shm-injector; do usleep 100000; done
            (shm-injector run --radios 1; echo "exit code $?") </dev/null >/run/shm-injector.log 2>&1 &
            await "grep ': ready' /run/shm-injector.log"
            """);
        Assert.That(log, Does.Contain(": ready, 1 radios"), $"{start}");
        using (var monitor = await QmpClient.ConnectAsync(QemuCommand.QmpSocket(Path.Combine(Checkout.Run, Name, "sta")), CancellationToken.None))
        {
            var devices = await monitor.ExecuteAsync("qom-list", CancellationToken.None, new JsonObject { ["path"] = Anonymous });
            string device = (string)devices!.AsArray().Single(one => (string?)one!["type"] == "child<ivshmem-doorbell>")!["name"]!;
            await monitor.ExecuteAsync("device_del", CancellationToken.None, new JsonObject { ["id"] = $"{Anonymous}/{device}" });
        }
        var (_, output) = InStation("""
            await "grep -q 'exit code' /run/shm-injector.log"
            cat /run/shm-injector.log
            """);
        Assert.That(output, Does.Contain("shm-injector: the device is gone: /dev/uio0 was unplugged").And.Contain("exit code 1"));
    }

    [Test]
    [DependsOnTest(nameof(ShmInjectorSaysThatItsDeviceIsGone), AllowFailure = true)]
    public void StatusSaysThatTheDaemonHasEnded()
    {
        var (_, json) = ProgramRun.Lab(Limit, "lab", "status", "--lab", Name, "--json");
        using (var medium = Process.GetProcessById((int)JsonNode.Parse(json)!["medium"]!["id"]!))
        {
            medium.Kill();
            medium.WaitForExit();
        }
        var (status, output) = ProgramRun.Lab(Limit, "lab", "status", "--lab", Name);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)JsonNode.Parse(json)!["vms"]![0]!["ssid"], Is.EqualTo("Café ☕"));
            Assert.That(JsonNode.Parse(json)!["problems"]!.AsArray(), Is.Empty);
            Assert.That(status, Is.EqualTo(1));
            Assert.That(output.ReplaceLineEndings(" "), Does.Contain("has ended: none of its radios hears another"));
        }
    }

    private static (int ExitCode, string Output) InStation(string script) => In("sta", script);

    private static (int ExitCode, string Output) In(string vm, string script) =>
        ProgramRun.Lab(Limit, "lab", "exec", "--lab", Name, vm, "--", "sh", "-c", Await + script);
}
