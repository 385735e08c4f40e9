using System.Diagnostics;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.System.Systemd;

/// <summary>shm-medium.service under systemd as the first process, with VMs that live on whatever becomes of the service.</summary>
[TestFixture("bookworm")]
[TestFixture("trixie")]
[Explicit("needs root, and makes a root of each of Debian's suites, 200 MB each")]
[Category("Nightly")]
[NonParallelizable]
public sealed class SystemdTests(string suite)
{
    private const string Unit = "shm-medium.service";
    private const string Folder = "/run/shm-medium";
    private static readonly string[] s_isolations = ["shared", "per-vm"];
    private SystemdContainer _systemd = null!;

    [OneTimeSetUp]
    public void Boot() => _systemd = SystemdContainer.Boot(suite);

    [OneTimeTearDown]
    public void Halt() => _systemd?.Dispose();

    [TearDown]
    public void StopTheService()
    {
        _ = _systemd.TryRun($"systemctl stop {Unit}");
        _ = _systemd.TryRun($"systemctl reset-failed {Unit}");
    }

    [TestCase(Unit)]
    [TestCase("shm-injector.service")]
    [TestCase("shm-radios.service")]
    public void NothingIsWrongWithTheUnit(string unit) =>
        Assert.That(_systemd.TryRun($"systemd-analyze verify --man=no {unit}"), Is.EqualTo((0, "")));

    [TestCaseSource(nameof(s_isolations))]
    public void VmsOutliveEngineKeeperAndRestart(string isolation)
    {
        Configure(isolation);
        Start();
        TestContext.Out.WriteLine(_systemd.Run($"systemd-analyze security --no-pager {Unit} | tail -n 1"));
        using var ap = Attach("ap", 1);
        using var sta = Attach("sta", 2);
        uint number = 0;
        AssertRelays("at first");
        After("kill -9 of the engine", () => _systemd.Run($"kill -9 {Engine()}"));
        After("kill -9 of the keeper", () => _systemd.Run($"kill -9 {Keeper()}"));
        Assert.That(Show("NRestarts"), Is.EqualTo("1"), "that of the keeper that was killed");
        After("systemctl reload", () =>
        {
            string before = Engine();
            _systemd.Run($"systemctl reload {Unit}");
            Deadline.Until(() => Engine() != before, $"another engine\n{Journal()}");
        });
        After("systemctl restart", () => _systemd.Run($"systemctl restart {Unit}"));
        After("the second restart", () => _systemd.Run($"systemctl restart {Unit}"));
        using (Attach("late", 3)) // VMs come as before
            AssertRelays("another VM came");
        TestContext.Out.WriteLine(_systemd.Run($"journalctl -u {Unit} -o cat --no-pager | grep ' serves ' | tail -n 2"));

        _systemd.Run($"systemctl stop {Unit}");

        Assert.That(Show("ActiveState"), Is.EqualTo("inactive"), Journal());
        Assert.That(Show("Result"), Is.EqualTo("success"), Journal());
        Assert.That(_systemd.TryRun("ls -l /proc/[0-9]*/exe 2>/dev/null | grep shm-medium").Output, Is.Empty, "no process");
        Assert.That(Directory.Exists(_systemd.PathOf(Folder)), Is.False);
        Deadline.Until(() => ap.Client.IsDisconnected && sta.Client.IsDisconnected, "the end of the VMs' connections, which systemd has closed");
        Assert.That(ap.Region.HostState, Is.EqualTo(HostState.Away), "guests are told");

        void After(string what, Action does)
        {
            var clock = Stopwatch.StartNew();
            does();
            AssertRelays(what);
            TestContext.Out.WriteLine($"{suite}, {isolation}: {what}: the next frame after {clock.Elapsed.TotalMilliseconds:0} ms");
            Assert.That(ap.Client.IsDisconnected || sta.Client.IsDisconnected, Is.False, what);
            Deadline.Until(() => Show("ActiveState") == "active", $"the service after {what}\n{Journal()}"); // else it cannot be reloaded
        }

        void AssertRelays(string what)
        {
            Deadline.Until(() => Relays(ap, 1, sta, 2, ++number) && Relays(sta, 2, ap, 1, ++number), $"a frame after {what}\n{Journal()}");
        }
    }

    [Test]
    public void WhatIsOfAnotherConfigurationIsRefusedAndNewVmsAreServed()
    {
        Configure("per-vm");
        Start();
        using var old = Attach("ap", 1);
        Configure("shared");

        _systemd.Run($"systemctl restart {Unit}");

        Deadline.Until(() => old.Client.IsDisconnected, "the end of a VM that cannot be taken over");
        Assert.That(Journal(), Does.Contain("isolation and geometry are other than those of the VMs that run (per-vm").And
            .Contain("what was kept of VMs that run is dropped: they have no medium until they are started anew"));
        using var ap = Attach("ap", 1);
        using var sta = Attach("sta", 2);
        uint number = 0;
        Deadline.Until(() => Relays(ap, 1, sta, 2, ++number), $"a frame between new VMs\n{Journal()}");
        Assert.That(Show("NRestarts"), Is.EqualTo("0"));
    }

    [Test]
    public void AWrongConfigurationEndsInFailedWithTheReason()
    {
        File.WriteAllText(_systemd.PathOf("/etc/shm-medium.yaml"), "isolation: share\n");

        Assert.That(_systemd.TryRun($"systemctl start {Unit}").Code, Is.Not.Zero);

        Deadline.Until(() => Show("ActiveState") == "failed", $"the end of the attempts\n{Journal()}");
        Assert.That(Show("Result"), Is.EqualTo("exit-code"));
        Assert.That(Journal(), Does.Contain("error: 'isolation' is 'share' (did you mean 'shared'?)").And
            .Contain("Start request repeated too quickly"));
    }

    private void Configure(string isolation) => File.WriteAllText(_systemd.PathOf("/etc/shm-medium.yaml"), $$"""
        isolation: {{isolation}}
        vms:
          - { name: ap, socket: {{Folder}}/ap.sock }
          - { name: sta, socket: {{Folder}}/sta.sock }
          - { name: late, socket: {{Folder}}/late.sock }

        """);

    private void Start()
    {
        var (code, output) = _systemd.TryRun($"systemctl start {Unit}");
        Assert.That(code, Is.Zero, $"{output}\n{Journal()}");
    }

    private SimulatedGuest Attach(string name, int vm) => AttachTo(_systemd.PathOf($"{Folder}/{name}.sock"), vm);

    /// <summary>A VM with a radio.</summary>
    internal static SimulatedGuest AttachTo(string socket, int vm)
    {
        var guest = SimulatedGuest.Connect(socket);
        Assert.That(guest.IsRefused, Is.False, socket);
        guest.Hello();
        guest.AddRadio(0, Address(vm));
        _ = guest.Drain();
        return guest;
    }

    internal static bool Relays(SimulatedGuest from, int fromVm, SimulatedGuest to, int toVm, uint number)
    {
        from.SendFrame(0, Numbered(Address(toVm), Address(fromVm), number, bodyLength: 100));
        _ = from.Drain();
        return to.Drain().Any(received => received.Descriptor.Kind == RingKind.Frame && NumberOf(received.Payload) == number);
    }

    private string Keeper() => Show("MainPID");

    /// <summary>The one that has a ledger in its memory.</summary>
    private string Engine()
    {
        string id = "";
        const string Find = "grep -ls memfd:shmwifi-ledger /proc/[0-9]*/maps | cut -d/ -f3";
        Deadline.Until(() => (id = _systemd.TryRun(Find).Output.Trim()) != "", "an engine");
        return id;
    }

    private string Show(string property) => _systemd.Run($"systemctl show -P {property} {Unit}");

    private string Journal() => _systemd.TryRun($"journalctl -u {Unit} -o cat --no-pager -n 60").Output;
}
