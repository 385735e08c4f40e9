using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Telemetry;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Unit.ShmMedium.Keeper;

/// <summary>A real shm-medium with its keeper, and what ends its engines.</summary>
public sealed partial class EngineKeeperTests
{
    private static readonly TimeSpan s_watchdogLimit = EngineKeeper.Watchdog + TimeSpan.FromSeconds(0.5);
    private string _folder = "";
    private ProgramProcess _keeper = null!;

    private string Socket => Path.Combine(_folder, "ap.sock");

    private string Configuration => Path.Combine(_folder, "medium.yaml");

    private string State => Path.Combine(_folder, "state.json");

    [SetUp]
    public void Start()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-keeper").FullName;
        File.WriteAllText(Configuration, "vms: [{name: ap, socket: ap.sock}]\n");
        _keeper = ProgramProcess.Start("shm-medium", "shm-medium: ready", "run", "--config", Configuration, "--state", State);
    }

    [TearDown]
    public void Stop()
    {
        _keeper.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void KilledEnginesAreReplacedAndEachServes()
    {
        List<double> gaps = [];
        for (int i = 0; i < 20; i++)
        {
            AwaitSpare();
            int killed = Engine();
            _ = kill(killed, SIGKILL);
            using var vm = SimulatedGuest.Connect(Socket); // maybe while there is no engine: it is served afterwards
            Assert.That(vm.IsRefused, Is.False);
            Deadline.Until(() => Gaps().Count > i, $"the next engine\n{_keeper.Error}");
            Assert.That(Engine(), Is.Not.EqualTo(killed));
        }
        gaps.AddRange(Gaps().Order());
        TestContext.Out.WriteLine($"gap ms: p50 {gaps[gaps.Count / 2]:0.0}, max {gaps[^1]:0.0}");
        Assert.That(_keeper.Error, Does.Contain("was ended by signal 9"));
        Assert.That(_keeper.Output, Has.Exactly(1).Matches<char>(c => c == '\n'), "ready is told once");
        var restarts = Restarts(latest: 20);
        Assert.That(restarts.Select(r => r.Number), Is.EqualTo(Enumerable.Range(5, EngineRestart.Remembered)));
        Assert.That(restarts.Select(r => r.Reason), Has.All.Contains("was ended by signal 9"));
        Assert.That(restarts.Select(r => Math.Round(r.GapMs, 1)), Is.EqualTo(Gaps().TakeLast(EngineRestart.Remembered)).Within(0.11));
        Assert.That(restarts.Select(r => r.At), Is.Ordered);
        StopInOrder();
    }

    [Test]
    public void AnEngineThatHangsIsReplaced()
    {
        AwaitSpare();
        int hung = Engine();
        long stoppedNs = MonotonicClock.NowNs;
        _ = kill(hung, SIGSTOP);
        Deadline.Until(() => Gaps().Count == 1, $"the next engine\n{_keeper.Error}");
        Assert.That((MonotonicClock.NowNs - stoppedNs) / 1e9, Is.LessThan(s_watchdogLimit.TotalSeconds));
        Assert.That(_keeper.Error, Does.Contain("watchdog: silent for"));
        Assert.That(Restarts(latest: 1).Single().Reason, Does.StartWith("watchdog: silent for"));
        StopInOrder();
    }

    [Test]
    public void HangUpBringsTheConfigurationThatIsThereNow()
    {
        AwaitSpare();
        File.WriteAllText(Configuration, "vms: [{name: ap, socket: ap.sock}, {name: sta, socket: sta.sock}]\n");
        _keeper.Signal(SIGHUP);
        Deadline.Until(() => Gaps().Count == 1, $"the next engine\n{_keeper.Error}");
        using (var vm = SimulatedGuest.Connect(Path.Combine(_folder, "sta.sock")))
            Assert.That(vm.IsRefused, Is.False);
        AwaitSpare();
        File.WriteAllText(Configuration, "vms: [{name: ap, socket: ap.sock}]\n");
        _keeper.Signal(SIGHUP);
        Deadline.Until(() => Gaps().Count == 2, $"the next engine\n{_keeper.Error}");
        Deadline.Until(() => !File.Exists(Path.Combine(_folder, "sta.sock")), "the end of a socket that the configuration has no longer");
        StopInOrder();
    }

    [Test]
    public void HangUpWithAWrongConfigurationChangesNothing()
    {
        AwaitSpare();
        int engine = Engine();
        File.WriteAllText(Configuration, "vmss: []\n");
        _keeper.Signal(SIGHUP);
        Deadline.Until(() => _keeper.Error.Contains($"engine {engine} serves on", StringComparison.Ordinal), $"a refusal\n{_keeper.Error}");
        Assert.That(_keeper.Error, Does.Contain("vmss"));
        using var vm = SimulatedGuest.Connect(Socket);
        Assert.That(vm.IsRefused, Is.False);
        Assert.That(Engine(), Is.EqualTo(engine));
    }

    [Test]
    public void WithoutItsKeeperAnEngineTellsGuestsAndEnds()
    {
        AwaitSpare();
        int[] engines = Children();
        using var vm = SimulatedGuest.Connect(Socket);
        _ = kill(_keeper.Id, SIGKILL);
        Deadline.Until(() => vm.Region.HostState == HostState.Away, "guests are told");
        Deadline.Until(() => engines.All(id => !Directory.Exists($"/proc/{id}")), "the end of engine and spare");
        Assert.That(File.Exists(Socket), Is.False);
    }

    [Test]
    public void OthersFindTheKeeper()
    {
        Assert.That(DaemonId(), Is.EqualTo(_keeper.Id));
        AwaitSpare();
        _ = kill(Engine(), SIGKILL);
        Deadline.Until(() => Gaps().Count == 1, $"the next engine\n{_keeper.Error}");
        Assert.That(DaemonId(), Is.EqualTo(_keeper.Id));
    }

    private void StopInOrder()
    {
        int[] engines = Children();
        _keeper.Signal(SIGTERM);
        Assert.That(_keeper.WaitForExit(), Is.Zero, _keeper.Error);
        Assert.That(engines.Where(id => Directory.Exists($"/proc/{id}")), Is.Empty);
        Assert.That(File.Exists(Socket) || File.Exists(State), Is.False);
    }

    /// <summary>What the engine that serves tells of restarts, once it knows of the latest.</summary>
    private IReadOnlyList<EngineRestart> Restarts(int latest)
    {
        IReadOnlyList<EngineRestart> restarts = [];
        Deadline.Until(
            () =>
            {
                (int code, string output, _) = MediumProcess.Run("top", "--once", "--json", "--state", State);
                restarts = code == 0 ? JsonSerializer.Deserialize(output, SnapshotJson.Default.MediumSnapshot)!.Restarts : [];
                return restarts.Count != 0 && restarts[^1].Number == latest;
            },
            $"restart {latest} in the status");
        return restarts;
    }

    private int DaemonId() => ShmWifi.Configuration.DaemonState.TryRead(State).State!.Pid;

    private List<double> Gaps() => [.. Gap().Matches(_keeper.Error).Select(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];

    /// <summary>The engine that serves: it has a region. So has a spare that is being started, for a moment: all that the keeper has.</summary>
    private int Engine()
    {
        int[] engines = [];
        Deadline.Until(() => (engines = [.. Children().Where(HasRegion)]).Length == 1, "one engine that serves");
        return engines[0];
    }

    /// <summary>A spare has started up: it sleeps, and has nothing more to compile.</summary>
    private void AwaitSpare() => Deadline.Until(
        () => Children() is { Length: 2 } children && children.Count(HasRegion) == 1 && children.Any(id => !HasRegion(id) && IsPrepared(id)),
        "a spare");

    private static bool HasRegion(int id) => Descriptors(id).Any(link => link.StartsWith("/memfd:shmwifi", StringComparison.Ordinal));

    private static bool IsPrepared(int id)
    {
        long before = CpuTicks(id);
        Thread.Sleep(100);
        return before > 20 && CpuTicks(id) == before;
    }

    private static long CpuTicks(int id)
    {
        string[] fields = File.ReadAllText($"/proc/{id}/stat").Split(") ")[1].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static string[] Descriptors(int id)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries($"/proc/{id}/fd").Select(f => new FileInfo(f).LinkTarget).OfType<string>()];
        }
        catch (IOException)
        {
            return []; // it has ended
        }
    }

    private int[] Children() => [.. ChildProcesses.Of(_keeper.Id)];

    [GeneratedRegex(@"serves ([\d.]+) ms after")]
    private static partial Regex Gap();
}
