using ShmWifi.Lab;
using ShmWifi.Tests.System.Systemd;

namespace ShmWifi.Tests.System.Libvirt;

/// <summary>libvirtd's domains on the medium of shm-medium.service, with the hook of ours: docs/libvirt.md.</summary>
[TestFixture("bookworm")]
[TestFixture("trixie")]
[Explicit("needs root, and makes a root of each of Debian's suites, 400 MB each")]
[Category("Nightly")]
[NonParallelizable]
public sealed class LibvirtTests(string suite)
{
    private const string Configuration = "/etc/shm-medium.yaml";
    private const string Folder = "/run/shm-medium";

    // One that nothing but the configuration names, and that QEMU's user may not use.
    private const string Text = $$"""
        # the operator's own
        socketGroup: kvm
        vms:
            - { name: closed, socket: {{Folder}}/closed.sock, group: shm-medium }

        """;

    private SystemdContainer _host = null!;
    private LibvirtDomain _ap = null!;
    private LibvirtDomain _sta = null!;

    /// <summary>An access point on the kernel path, then a station on the user path: the hook has the daemon reload under the first.</summary>
    [OneTimeSetUp]
    public async Task StartTheDomains()
    {
        _host = SystemdContainer.BootWithLibvirt(suite, Path.GetDirectoryName(Checkout.Initramfs("6.12"))!);
        File.WriteAllText(_host.PathOf(Configuration), Text);
        _host.Run("systemctl start shm-medium");
        TestContext.Out.WriteLine(_host.Run("virsh version | tail -n 1; virsh -v; cat /sys/module/apparmor/parameters/enabled || true"));
        _ap = new LibvirtDomain(_host, "ap", $"{Folder}/ap.sock", "shmwifi.datapath=kernel");
        _sta = new LibvirtDomain(_host, "sta", $"{Folder}/sta.sock");
        _ap.Boot();
        await _ap.RunAsync("starting the access point", """
            set -e
            shm-injector radios add
            cat >/run/hostapd.conf <<'EOF'
            interface=wlan0
            ssid=libvirt
            hw_mode=g
            channel=1
            wpa=2
            wpa_key_mgmt=WPA-PSK
            rsn_pairwise=CCMP
            wpa_passphrase=correct horse
            EOF
            hostapd -B -t -f /run/hostapd.log /run/hostapd.conf
            ip address add 192.168.77.1/24 dev wlan0
            """);
        _sta.Boot();
        await _sta.RunAsync("associating the station", """
            setsid shm-injector run --radios 1 </dev/null >/run/shm-injector.log 2>&1 &
            until [ -e /sys/class/net/wlan0 ]; do usleep 50000; done
            wpa_passphrase libvirt 'correct horse' >/run/wpa_supplicant.conf
            wpa_supplicant -B -t -f /run/wpa_supplicant.log -i wlan0 -D nl80211 -c /run/wpa_supplicant.conf || exit 1
            until grep CTRL-EVENT-CONNECTED /run/wpa_supplicant.log; do usleep 100000; done
            ip address add 192.168.77.2/24 dev wlan0
            """);
    }

    [OneTimeTearDown]
    public void Halt()
    {
        _ap?.Dispose();
        _sta?.Dispose();
        _host?.Dispose();
    }

    [Test]
    public async Task TheDomainsTalk()
    {
        string ping = await _sta.RunAsync("pinging", "/bin/ping -c 50 -i 0.02 192.168.77.1 | tail -n 3");
        TestContext.Out.WriteLine(ping);
        Assert.That(ping, Does.Match(" (49|50) received"), "for the last answer ping waits no longer than for two others");
    }

    [Test]
    public void EachIsTheVmOfItsNameAndItsQemuIsNotRoot()
    {
        string[] vms = [.. _host.Run("shm-medium ctl get radios | tail -n +2 | cut -d/ -f1 | sort").Split('\n')];
        string owner = _host.Run("for vm in ap sta; do stat -c %U /proc/$(cat /run/libvirt/qemu/$vm.pid); done");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(vms, Is.EqualTo(["ap", "sta"]));
            Assert.That(owner, Is.EqualTo("libvirt-qemu\nlibvirt-qemu"));
            Assert.That(_host.Run($"stat -c '%U %G %a' {Folder}/ap.sock"), Is.EqualTo("shm-medium kvm 660"));
        }
    }

    [Test]
    public async Task AThirdOnesSocketComesAndGoesWithIt()
    {
        string before = File.ReadAllText(_host.PathOf(Configuration));
        _host.Run("shm-medium ctl set link ap sta --snr 40");
        using var late = new LibvirtDomain(_host, "late", $"{Folder}/late.sock");
        Assert.That(late.TryStart().Output, Does.Contain("started"));
        Assert.That(Served(), Does.Contain($"\"{Folder}/late.sock\""));
        Assert.That(
            File.ReadAllText(_host.PathOf(Configuration)),
            Does.Contain($"    - {{ name: late, socket: {Folder}/late.sock }} # libvirt: late\n"));

        late.Destroy();

        Assert.That(File.ReadAllText(_host.PathOf(Configuration)), Is.EqualTo(before));
        Deadline.Until(() => !Served().Contains("late", StringComparison.Ordinal), "the daemon's new list");
        Deadline.Until(() => !File.Exists(_host.PathOf($"{Folder}/late.sock")), "the socket's end");
        Assert.That(_host.Run("shm-medium ctl get links"), Does.Match(@"ap +sta +40"), "what ctl set is as it was");
        await TheDomainsTalk();
    }

    [Test]
    public void OneThatTheDaemonCannotHaveIsNotStartedAndTheReasonIsTold()
    {
        string before = File.ReadAllText(_host.PathOf(Configuration));
        using var odd = new LibvirtDomain(_host, "two words", $"{Folder}/odd.sock");
        Assert.That(odd.TryStart().Output, Does.Contain("shm-medium: the domain's name is 'two words'"));

        using var closed = new LibvirtDomain(_host, "closed", $"{Folder}/closed.sock");
        Assert.That(closed.TryStart().Output, Does.Contain($"Failed to connect to '{Folder}/closed.sock': Permission denied"));
        Assert.That(File.ReadAllText(_host.PathOf(Configuration)), Is.EqualTo(before), "what the configuration names is left alone");
    }

    [TestCase("save sta /var/lib/sta.saved")]
    [TestCase("managedsave sta")]
    [TestCase("migrate --live sta qemu+unix:///system?socket=/run/libvirt/libvirt-sock")]
    public void ItCannotBeSavedOrMigrated(string command)
    {
        var (code, output) = _host.TryRun($"virsh {command}");
        Assert.That(code, Is.Not.Zero);
        Assert.That(output, Does.Contain("Migration is disabled when using feature 'peer mode' in device 'ivshmem'"));
    }

    /// <summary>What its profile would be, where the kernel has AppArmor.</summary>
    [Test]
    public void TheProfileOfADomainHasItsSocket()
    {
        string profile = _host.Run("virsh dumpxml ap | /usr/lib/libvirt/virt-aa-helper --replace --dryrun --uuid libvirt-$(virsh domuuid ap)");
        Assert.That(profile, Does.Contain($"\"{Folder}/ap.sock\" rw,"));
    }

    private string Served() => File.ReadAllText(_host.PathOf($"{Folder}/state.json"));
}
