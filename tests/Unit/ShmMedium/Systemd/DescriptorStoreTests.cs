using ShmWifi.Lab.Processes;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Keeper;
using static ShmWifi.Tests.Support.MediumFrames;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Unit.ShmMedium.Systemd;

/// <summary>A real shm-medium whose keeper has systemd keep what VMs need, across restarts of the service.</summary>
public sealed class DescriptorStoreTests
{
    private static readonly string[] s_sockets = ["lock-0", "lock-1", "lock-2", "socket-0", "socket-1", "socket-2"];
    private string _folder = "";
    private SimulatedSystemd _systemd = null!;
    private ProgramProcess? _keeper;

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-store").FullName;
        _keeper = null;
        _systemd = new SimulatedSystemd();
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", _systemd.Address);
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", "200000");
        Configure("per-vm");
    }

    [TearDown]
    public void TearDown()
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", null);
        _keeper?.Dispose();
        _systemd.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void AVmOutlivesRestartsOfTheService()
    {
        Start();
        using var ap = Attach("ap", 1);
        using var sta = Attach("sta", 2);
        Deadline.Until(() => _systemd.Names.Count == KeptFor(1, 2).Length, $"what two VMs need: {string.Join(' ', _systemd.Names)}");
        Assert.That(_systemd.Names, Is.SupersetOf(KeptFor(1, 2)));
        AssertRelays(ap, sta, 1);

        _keeper!.Signal(SIGTERM);
        Assert.That(_keeper.WaitForExit(), Is.Zero, _keeper.Error);
        Assert.That(_systemd.Told, Does.Contain("STOPPING=1"));
        Assert.That(_systemd.Told[^1], Is.EqualTo("BARRIER=1"), "all was read before its end");
        Assert.That(ap.Region.HostState, Is.EqualTo(HostState.Away), "guests are told");
        Start();
        AssertRelays(ap, sta, 2);

        KillAll();
        Start();
        AssertRelays(ap, sta, 3);

        sta.Kill();
        Deadline.Until(() => !_systemd.Names.Any(name => name.StartsWith("vm-2", StringComparison.Ordinal)), "what a VM needed that is gone goes");
        using (var late = Attach("sta", 2))
            AssertRelays(ap, late, 4);
        _keeper.Signal(SIGTERM);
        Assert.That(_keeper.WaitForExit(), Is.Zero, _keeper.Error);
        Assert.That(ap.Client.IsDisconnected, Is.False);
        _systemd.Discard();
        Assert.That(ap.Client.IsDisconnected, Is.True);
    }

    [Test]
    public void WhatCannotBeTakenOverIsDroppedAndNewVmsAreServed()
    {
        Start();
        using var old = Attach("ap", 1);
        KillAll();
        Configure("shared");

        Start();

        Assert.That(_keeper!.Error, Does.Contain("isolation and geometry are other than those of the VMs that run (per-vm").And
            .Contain("what was kept of VMs that run is dropped"));
        Assert.That(old.Client.IsDisconnected, Is.True);
        using var ap = Attach("ap", 1);
        using var sta = Attach("sta", 2);
        AssertRelays(ap, sta, 1);
    }

    [Test]
    public void TheKeeperAnswersTheWatchdogWhileNoEngineDoes()
    {
        Start();
        int before = Alive();
        foreach (int engine in ChildProcesses.Of(_keeper!.Id))
            _ = kill(engine, SIGSTOP);
        try
        {
            Deadline.Until(() => Alive() - before > 5, "the keeper's word, each 0.1 s");
        }
        finally
        {
            KillAll(); // what is stopped would not end with its keeper
        }
    }

    [TestCase("1")]
    [TestCase("")]
    [TestCase("x")]
    public void WhatIsForAnotherProcessIsNotTaken(string pid)
    {
        Environment.SetEnvironmentVariable("LISTEN_PID", pid);
        Environment.SetEnvironmentVariable("LISTEN_FDS", "1");
        Environment.SetEnvironmentVariable("LISTEN_FDNAMES", "ledger");
        Assert.That(ServiceManager.TakeKept(), Is.Empty);
        Assert.That(Environment.GetEnvironmentVariable("LISTEN_FDS"), Is.Null, "children are not told");
    }

    [Test]
    public void WithoutSystemdThereIsNoStore()
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
        string socket = Path.Combine(_folder, "any.sock");
        var (code, _, error) = ProgramProcess.Run(limit: null, "shm-medium", "run", "--keeper", "systemd", "--socket", socket);
        Assert.That((code, error), Is.EqualTo(
            (1, "shm-medium: --keeper systemd is for a unit of Type=notify, and NOTIFY_SOCKET is not set: --keeper own is for the rest\n")));
    }

    private static string[] KeptFor(params int[] peerIds) =>
    [
        "events",
        "frames",
        "ledger",
        "medium",
        .. s_sockets,
        .. peerIds.SelectMany(id => (string[])[$"vm-{id}-call", $"vm-{id}-connection", $"vm-{id}-kick", $"vm-{id}-region"]),
    ];

    private int Alive() => _systemd.Told.Count(message => message == "WATCHDOG=1");

    private void Configure(string isolation) => File.WriteAllText(Path.Combine(_folder, "medium.yaml"), $$"""
        isolation: {{isolation}}
        vms: [{name: ap, socket: ap.sock}, {name: sta, socket: sta.sock}]

        """);

    private void Start()
    {
        _keeper = _systemd.Start("shm-medium", "run", "--keeper", "systemd", "--config", Path.Combine(_folder, "medium.yaml"),
            "--state", Path.Combine(_folder, "state.json"));
        _keeper.AwaitReady("shm-medium: ready");
    }

    /// <summary>As systemd does it with KillMode=mixed when the keeper dies: no engine outlives it.</summary>
    private void KillAll()
    {
        var engines = ChildProcesses.Of(_keeper!.Id);
        _keeper.Signal(SIGKILL);
        foreach (int engine in engines)
            _ = kill(engine, SIGKILL);
        _keeper.Kill(); // whose output ends with its engines
        Deadline.Until(() => engines.All(id => !Directory.Exists($"/proc/{id}")), "the end of the engines");
    }

    private SimulatedGuest Attach(string name, int vm)
    {
        SimulatedGuest? guest = null;
        Deadline.Until(() =>
        {
            guest?.Dispose();
            guest = SimulatedGuest.Connect(Path.Combine(_folder, $"{name}.sock"));
            return !guest.IsRefused; // until the one before is gone
        }, $"VM {name}");
        guest!.Hello();
        guest.AddRadio(0, Address(vm));
        _ = guest.Drain();
        return guest;
    }

    private static void AssertRelays(SimulatedGuest ap, SimulatedGuest sta, uint number)
    {
        Assert.That(ap.Client.IsDisconnected || sta.Client.IsDisconnected, Is.False);
        _ = sta.Drain(); // until it is on the medium again
        ap.SendFrame(0, Numbered(Address(2), Address(1), number, bodyLength: 100));
        _ = ap.Drain();
        Assert.That(sta.Drain().Count(received => received.Descriptor.Kind == RingKind.Frame && NumberOf(received.Payload) == number), Is.EqualTo(1));
    }
}
