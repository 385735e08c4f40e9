using ShmWifi.Lab;
using ShmWifi.Lab.Processes;
using static ShmWifi.Tests.System.Systemd.SystemdTests;

namespace ShmWifi.Tests.System.Systemd;

/// <summary>What <c>./shmwifi package</c> makes, installed into clean roots of Debian, with systemd as the first process.</summary>
[TestFixture("bookworm")]
[TestFixture("trixie")]
[Explicit("needs root, builds the packages, and makes a root of each of Debian's suites, 900 MB each")]
[Category("Nightly")]
[NonParallelizable]
public sealed class PackageTests(string suite)
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

        Assert.That(_debian.Run("dpkg-query -W -f '${BuiltPackages.Version}' shmwifi"), Is.EqualTo(BuiltPackages.Version));
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

    /// <summary>Another checkout of the last commit, with a cache of its own, gives the same files.</summary>
    [Test]
    public void TheSameCommitGivesTheSamePackages()
    {
        if (suite != "bookworm")
            Assert.Pass("the packages are the same for all suites");
        string folder = Directory.CreateTempSubdirectory("shmwifi-packages-").FullName;
        try
        {
            HostCommand.Run("bash", "-euc", """
                git clone --quiet --no-hardlinks "$1" "$2/checkout"
                SHMWIFI_CACHE=$2/cache "$2/checkout/shmwifi" package --output "$2/packages" >&2
                """, "bash", Checkout.Root, folder);

            Assert.That(File.ReadAllLines(Path.Combine(folder, "packages/SHA256SUMS")),
                Is.EqualTo(File.ReadAllLines(Path.Combine(BuiltPackages.Folder, "SHA256SUMS"))), "if all changes are committed");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

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
}
