using System.Text.Json.Nodes;
using ShmWifi.Lab;
using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Processes;

namespace ShmWifi.Tests.System;

/// <summary>Guests with the kernels that Debian has, from the oldest supported one to the newest of its suites: both paths, WPA3, access points for
/// x86-64 and for aarch64.</summary>
[TestFixture("6.1", "amd64")]
[TestFixture("6.12", "amd64")]
[TestFixture("trixie-backports", "amd64")]
[TestFixture("sid", "amd64")]
[TestFixture("6.12", "arm64")]
[Explicit("needs root; downloads a kernel of each suite, 140 MB, and makes a root to build its module in, 1 GB")]
[Category("Nightly")]
[NonParallelizable]
public sealed class NewestKernelTests(string kernel, string accessPoints)
{
    private const string Name = "newest-kernel-test";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Two VMs of each path: each sends, and receives from the other.</summary>
    [OneTimeSetUp]
    public void StartTheLab()
    {
        foreach (string guest in (string[])[kernel, .. accessPoints == "arm64" ? (string[])[kernel + Checkout.Arm64] : []])
            HostCommand.Run(Path.Combine(Checkout.Root, "qemu/guest-image/build-image"), guest);
        string topology = Path.Combine(TestContext.CurrentContext.WorkDirectory, "newest-kernel.yaml");
        File.WriteAllText(topology, $$"""
            name: {{Name}}
            kernel: {{kernel}}
            vms:
              - { name: ap, role: ap, architecture: {{accessPoints}}, path: kernel, security: wpa3 }
              - { name: sta1, role: station, path: user }
              - { name: ap2, role: ap, architecture: {{accessPoints}}, path: user, security: wpa3, ssid: second, channel: 36 }
              - { name: sta2, role: station, path: kernel, ssid: second }
            """);
        var (up, progress) = ProgramRun.Lab(Limit, "lab", "up", topology);
        Assert.That(up, Is.Zero, progress);
        TestContext.Out.WriteLine(In("ap", "uname -mr").Output);
    }

    [OneTimeTearDown]
    public void EndTheLab() => ProgramRun.Lab(Limit, "lab", "down", "--lab", Name);

    [TestCase("sta1", "192.168.77.1")]
    [TestCase("sta2", "192.168.78.1")]
    public void AStationTalksToItsAccessPointByWpa3(string station, string accessPoint)
    {
        var (_, status) = In(station, "wpa_cli -i wlan0 status");
        var (_, ping) = In(station, $"/bin/ping -c 50 -i 0.02 {accessPoint} | tail -n 3");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(status, Does.Contain("key_mgmt=SAE").And.Contain("wpa_state=COMPLETED"));
            Assert.That(ping, Does.Match(" (49|50) received"), "for the last answer ping waits no longer than for two others");
        }
        TestContext.Out.WriteLine(ping);
    }

    /// <summary>For a while: frames and their statuses meet in all rings, and a frame that is not what was sent would not be decrypted.</summary>
    [TestCase("ap", "sta1", "192.168.77.1")]
    [TestCase("ap2", "sta2", "192.168.78.1")]
    public void TcpGoesBothWaysAtOnce(string accessPoint, string station, string address)
    {
        In(accessPoint, "iperf3 --server --daemon --one-off");
        var (exitCode, report) = In(station, $"iperf3 --client {address} --bidir --time 20 --json");
        Assert.That(exitCode, Is.Zero, report);
        var end = JsonNode.Parse(report)!["end"]!;
        double there = (double)end["sum_received"]!["bits_per_second"]! / 1e6;
        double back = (double)end["sum_received_bidir_reverse"]!["bits_per_second"]! / 1e6;
        TestContext.Out.WriteLine($"{there:0.0} and {back:0.0} Mbit/s");
        Assert.That(Math.Min(there, back), Is.GreaterThan(0.1), "Mbit/s: it goes on, however busy this machine is");
    }

    /// <summary>Access points of 2.4 and 5 GHz on one wiphy that has a radio for each band: hwsim's newest kind of radio.</summary>
    [Test]
    public void AWiphyWithARadioForEachBandServesTwoBandsAtOnce()
    {
        var (exitCode, output) = In("ap", "shm-injector radios add --multi-radio");
        if (kernel == "6.1")
        {
            Assert.That(exitCode, Is.Not.Zero);
            Assert.That(output, Does.Contain("Linux 6.12"));
            return;
        }

        Assert.That(exitCode, Is.Zero, output);
        (exitCode, output) = In("ap", """
            set -e
            iw dev wlan1 interface add wlan2 type __ap addr $(sed s/^02/06/ /sys/class/net/wlan1/address)
            serve() {
                printf '%s\n' interface=$1 ssid=$2 hw_mode=$3 channel=$4 country_code=US ctrl_interface=/run/hostapd-bands >/run/$1.conf
                hostapd -B -f /run/$1.log /run/$1.conf || { cat /run/$1.log; exit 1; }
            }
            serve wlan1 low g 11
            serve wlan2 high a 48
            """);
        Assert.That(exitCode, Is.Zero, output);
        (exitCode, output) = In("sta2", """
            set -e
            shm-injector radios add --count 2
            ip link set wlan1 up && iw dev wlan1 connect low
            ip link set wlan2 up && iw dev wlan2 connect high
            for i in $(seq 100); do
                iw dev wlan1 link | grep Connected && iw dev wlan2 link | grep Connected && exit
                usleep 100000
            done
            dmesg | tail; exit 1
            """);
        Assert.That(exitCode, Is.Zero, output);
        (_, output) = In("ap", "for i in 1 2; do iw dev wlan$i info | grep channel; iw dev wlan$i station dump; done");
        TestContext.Out.WriteLine(output);
        Assert.That(output, Does.Contain("2462 MHz").And.Contain("5240 MHz").And.Match("(?s)authorized:\tyes.*authorized:\tyes"));
    }

    [TestCase("ap")]
    [TestCase("sta1")]
    [TestCase("ap2")]
    [TestCase("sta2")]
    public void TheKernelHasNothingAgainstTheModule(string vm)
    {
        var (_, log) = In(vm, "dmesg");

        Assert.That(log, Does.Contain("shmwifi 0000:"));
        Assert.That(KernelLog.Complaints(log), Is.Empty);
        Assert.That(log.Split('\n').Where(line => line.Contains("deprecated", StringComparison.Ordinal)
            && line.Contains("shmwifi", StringComparison.Ordinal)), Is.Empty);
    }

    private static (int ExitCode, string Output) In(string vm, string script) =>
        ProgramRun.Lab(Limit, "lab", "exec", "--lab", Name, vm, "--", "sh", "-c", script);
}
