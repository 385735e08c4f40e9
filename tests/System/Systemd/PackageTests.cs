using System.Text.RegularExpressions;
using static ShmWifi.Tests.Support.MediumFrames;
using static ShmWifi.Tests.System.Systemd.SystemdTests;

namespace ShmWifi.Tests.System.Systemd;

/// <summary>What <c>./shmwifi package</c> makes, installed into clean roots of Debian, with systemd as the first process.</summary>
[TestFixture("bookworm")]
[TestFixture("trixie")]
[Explicit("needs root, builds the packages, and makes a root of each of Debian's suites, 1.2 GB each")]
[Category("Nightly")]
[NonParallelizable]
public sealed partial class PackageTests(string suite)
{
    private const string Unit = "shm-medium.service";
    private SystemdContainer _debian = null!;

    [SetUp]
    public void Boot() => _debian = SystemdContainer.BootForPackages(suite, BuiltPackages.Folder);

    [TearDown]
    public void Halt() => _debian?.Dispose();

    [Test]
    public void TheDaemonIsUpgradedUnderVmsAndPurged()
    {
        string[] before = Files();
        Install($"older/shmwifi_{BuiltPackages.Older}_{BuiltPackages.Architecture}.deb");
        Assert.That(_debian.TryRun($"systemctl is-active {Unit}").Output.Trim(), Is.EqualTo("active"), Journal());
        Assert.That(_debian.TryRun($"systemd-analyze verify {Unit}"), Is.EqualTo((0, "")), "with its man page");
        string socket = _debian.PathOf("/run/shm-medium/medium.sock");
        using var ap = AttachTo(socket, 1);
        using var sta = AttachTo(socket, 2);
        uint number = 0;
        Deadline.Until(() => Relays(ap, 1, sta, 2, ++number), $"a frame at first\n{Journal()}");
        string keeper = _debian.Run($"systemctl show -P MainPID {Unit}");
        Assert.That(_debian.Run("ivshmem-args"), Does.Contain("path=/run/shm-medium/medium.sock"));

        Install($"shmwifi_{BuiltPackages.Version}_{BuiltPackages.Architecture}.deb");

        Assert.That(_debian.Run("dpkg-query -W -f '${Version}' shmwifi"), Is.EqualTo(BuiltPackages.Version));
        Assert.That(_debian.Run($"systemctl show -P MainPID {Unit}"), Is.Not.EqualTo(keeper), "the program that was installed");
        Deadline.Until(() => Relays(ap, 1, sta, 2, ++number) && Relays(sta, 2, ap, 1, ++number), $"a frame after the upgrade\n{Journal()}");
        Assert.That(ap.Client.IsDisconnected || sta.Client.IsDisconnected, Is.False);
        Assert.That(_debian.Run("shm-medium --version"), Does.StartWith($"{BuiltPackages.Version}+"));
        AssertHasManualAndCompletion("shm-medium", "ctl");
        AssertHasManualAndCompletion("ivshmem-args", "--format");

        _debian.Run("apt-get purge -y -q shmwifi");

        Deadline.Until(() => ap.Client.IsDisconnected && sta.Client.IsDisconnected, "the end of the VMs' connections");
        Assert.That(Files().Except(before), Is.Empty, "purged");
        Assert.That(_debian.TryRun("systemctl is-failed --quiet shm-medium").Code, Is.Not.Zero);
    }

    [Test]
    public void TheGuestsProgramAndUnitsWaitForTheOperator()
    {
        string[] before = Files();

        Install($"shmwifi-guest_{BuiltPackages.Version}_{BuiltPackages.Architecture}.deb");

        Assert.That(_debian.Run("shm-injector --version"), Does.StartWith($"shm-injector {BuiltPackages.Version}+"));
        AssertHasManualAndCompletion("shm-injector", "radios");
        foreach (string unit in (string[])["shm-injector", "shm-radios"])
        {
            Assert.That(_debian.TryRun($"systemctl is-enabled {unit}").Output.Trim(), Is.EqualTo("disabled"));
            Assert.That(_debian.TryRun($"systemctl is-active {unit}").Output.Trim(), Is.EqualTo("inactive"));
        }
        _debian.Run("apt-get purge -y -q shmwifi-guest");
        Assert.That(Files().Except(before), Is.Empty, "purged");
    }

    [Test]
    public void DkmsBuildsTheModuleForTheSuitesHeaders()
    {
        string kernel = _debian.Run("ls /lib/modules");
        Install($"shmwifi-dkms_{BuiltPackages.Version}_all.deb");

        if (!_debian.Run("dkms status shmwifi").Contains("installed", StringComparison.Ordinal))
            _debian.Run($"dkms install shmwifi/{BuiltPackages.Version} -k {kernel}");

        TestContext.Out.WriteLine(_debian.Run("dkms status shmwifi"));
        Assert.That(_debian.Run($"modinfo -k {kernel} -F version shmwifi"), Is.EqualTo(BuiltPackages.Version));
        _debian.Run("apt-get purge -y -q shmwifi-dkms");
        Assert.That(_debian.TryRun($"find / -xdev -name '*shmwifi*' -not -path '/packages*' -not -path '/proc/*'").Output, Is.Empty);
    }

    /// <summary>Under the unit's sandboxing: without a network, and with what docs/web.md, as it is installed, gives it.</summary>
    [Test]
    public void TheMapAndTheMetricsAreServedWithTheDropInOfTheDocs()
    {
        Install($"shmwifi_{BuiltPackages.Version}_{BuiltPackages.Architecture}.deb");
        _debian.Run($"printf 'web: 8053\nmetrics: 9464\n' >>/etc/shm-medium.yaml && systemctl restart {Unit}");
        Assert.That(Journal(), Does.Contain("web: nobody gets the map at 127.0.0.1:8053: ").And
            .Contain("metrics: nobody can read them at 127.0.0.1:9464: "), "the medium is served without");
        _debian.Run($$"""
            mkdir /etc/systemd/system/{{Unit}}.d
            sed -n '/^```ini$/,/^```$/{/^```/!p}' /usr/share/doc/shmwifi/web.md >/etc/systemd/system/{{Unit}}.d/network.conf
            systemctl daemon-reload
            systemctl restart {{Unit}}
            """);
        using var vm = AttachTo(_debian.PathOf("/run/shm-medium/medium.sock"), 1);

        string page = Fetch("8053/");
        string[] files = [.. FileOfThePage().Matches(page).Select(match => match.Groups["path"].Value)];
        Assert.That(files, Has.Some.EndsWith(".js").And.Some.EndsWith(".css"), page);
        foreach (string file in files)
            Assert.That(Fetch($"8053{file}"), Is.Not.Empty, file);
        Assert.That(Fetch("8053/v1/status"), Does.Contain("\"vm1\""), "root may");
        const string AsNobody = "runuser -u nobody -- curl -sS http://127.0.0.1:8053/v1/status";
        Assert.That(_debian.Run(AsNobody), Does.Contain("\"status\": 403").And.Not.Contain("vm1"));
        _debian.Run("usermod -a -G shm-medium nobody");
        Assert.That(_debian.Run(AsNobody), Does.Contain("\"vm1\""), "a member of the daemon's group");
        Assert.That(Fetch("9464/metrics"), Does.Contain("shmwifi_frames_total{vm=\"vm1\""));
        Assert.That(Journal(), Does.Not.Contain("denied"));
        _debian.Run($"rm -r /etc/systemd/system/{Unit}.d && apt-get purge -y -q shmwifi");
    }

    [Test]
    public void WiresharkHasTheMediumOfTheInstalledDaemon()
    {
        Install($"shmwifi_{BuiltPackages.Version}_{BuiltPackages.Architecture}.deb");
        string socket = _debian.PathOf("/run/shm-medium/medium.sock");
        using var ap = AttachTo(socket, 1);
        using var sta = AttachTo(socket, 2);
        TestContext.Out.WriteLine(_debian.Run("shm-medium extcap install"));

        Assert.That(_debian.Run("tshark -D"), Does.Contain("shmwifi (ShmWifi: the medium)").And.Contain("shmwifi:vm1 (ShmWifi: VM vm1)"));
        using var tshark = _debian.Start("timeout 60 tshark -l -n -c 1 -i shmwifi:vm1 -T fields -e wlan.ta");
        tshark.StandardInput.Close();
        var output = tshark.StandardOutput.ReadToEndAsync();
        uint number = 0;
        Deadline.Until(() => Relays(ap, 1, sta, 2, ++number) && tshark.HasExited, "a captured frame");
        Assert.That(output.Result, Does.Contain(Address(1).ToString()));
    }

    /// <param name="address">Port and path.</param>
    private string Fetch(string address) => _debian.Run($"curl -fsS http://127.0.0.1:{address}");

    private void Install(string package) =>
        _debian.Run($"DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends /packages/{package}");

    private void AssertHasManualAndCompletion(string program, string word)
    {
        Assert.That(_debian.Run($"man -w {program}"), Is.EqualTo($"/usr/share/man/man1/{program}.1.gz"));
        Assert.That(_debian.Run($"bash -c '. /usr/share/bash-completion/bash_completion; _comp_load {program} || __load_completion {program}; "
            + $"complete -p {program}'"), Does.EndWith($"-F _{program.Replace('-', '_')} {program}"));
        Assert.That(_debian.Run($"zsh -c 'autoload -Uz compinit; compinit -u -D; print $_comps[{program}]'"), Is.EqualTo($"_{program}"));
        Assert.That(_debian.Run($"fish -c 'complete -C \"{program} {word[..3]}\"'"), Does.StartWith(word));
    }

    /// <summary>All files, but what dpkg and logs keep of each package, users, and what is of no package.</summary>
    private string[] Files() => _debian.Run("""
        find / -xdev -not -type d -not -path '/packages/*' -not -path '/proc/*' -not -path '/sys/*' -not -path '/run/*' \
            -not -path '/tmp/*' -not -path '/var/tmp/*' -not -path '/var/log/*' -not -path '/var/cache/*' -not -path '/var/lib/dpkg/*' \
            -not -path '/var/lib/apt/*' -not -path '/etc/passwd-' -not -path '/etc/group-' -not -path '/etc/*shadow-' -not -path '/etc/.pwd.lock'
        ls -d /var/lib/shm* /run/shm* 2>/dev/null || true
        """).Split('\n');

    private string Journal() => _debian.TryRun($"journalctl -u {Unit} -o cat --no-pager -n 40").Output;

    [GeneratedRegex("(?:src|href)=\"(?<path>/[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex FileOfThePage();
}
