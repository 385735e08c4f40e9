using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ShmWifi.Lab.Processes;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Cli;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Ports.Sockets;
using ShmWifi.ShmMedium.Telemetry;
using static ShmWifi.Linux.LibC;
using static ShmWifi.Tests.Support.MediumFrames;
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
        StartKeeper();
    }

    private void StartKeeper(params IEnumerable<string> options) =>
        _keeper = ProgramProcess.Start("shm-medium", "shm-medium: ready", ["run", "--config", Configuration, "--state", State, .. options]);

    [TearDown]
    public void Stop()
    {
        _keeper.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase(6)]
    [TestCase(200, Explicit = true, Category = "Nightly", Reason = "takes a quarter of an hour")]
    public void KilledEnginesAreReplacedAndEachServes(int kills)
    {
        List<double> gaps = [];
        for (int i = 0; i < kills; i++)
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
        var restarts = Restarts(latest: kills);
        int remembered = Math.Min(kills, EngineRestart.Remembered);
        Assert.That(restarts.Select(r => r.Number), Is.EqualTo(Enumerable.Range(kills - remembered + 1, remembered)));
        Assert.That(restarts.Select(r => r.Reason), Has.All.Contains("was ended by signal 9"));
        Assert.That(restarts.Select(r => Math.Round(r.GapMs, 1)), Is.EqualTo(Gaps().TakeLast(remembered)).Within(0.11));
        Assert.That(restarts.Select(r => r.At), Is.Ordered);
        StopInOrder();
    }

    /// <summary>The keeper has a copy of each connection: its end must not be taken for that of the next one, which has its number.</summary>
    [Test]
    public void VmsThatComeAndGoEndOnlyThemselves()
    {
        for (int i = 0; i < VmSocket.AttachBurst; i++)
        {
            using var vm = SimulatedGuest.Connect(Socket);
            Assert.That(vm.IsRefused, Is.False);
            Thread.Sleep(20); // in which it would be closed
            Assert.That(vm.Client.IsDisconnected, Is.False, $"VM {i}");
        }
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

    /// <summary>VMs use all cores; a spare that starts up when nobody else runs never would.</summary>
    [Test]
    public void HangUpBringsTheNextEngineWhereAllCoresAreBusy()
    {
        int engine = Engine();
        using (new BusyCores(threadsACore: 1))
        {
            _keeper.Signal(SIGHUP);
            Deadline.Until(() => Gaps().Count == 1, $"the next engine\n{_keeper.Error}");
        }
        Assert.That(Engine(), Is.Not.EqualTo(engine));
        StopInOrder();
    }

    /// <summary>A thread begins with the policy of the one that starts it, and a spare's starts some while it runs low.</summary>
    [Test]
    public void AllThreadsOfASpareThatServesRunAsOthersDo()
    {
        AwaitSpare();
        _ = kill(Engine(), SIGKILL);
        Deadline.Until(() => Gaps().Count == 1, $"the next engine\n{_keeper.Error}");
        int engine = Engine();
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < s_watchdogLimit; Thread.Sleep(50)) // the thread pool grows when there is work
        {
            _ = Ctl("get", "links");
            Assert.That(ThreadsOf(engine).Where(thread => sched_getscheduler(thread.Id) != 0).Select(thread => thread.Name), Is.Empty);
        }
        StopInOrder();

        static IEnumerable<(int Id, string Name)> ThreadsOf(int process) => Directory.EnumerateDirectories($"/proc/{process}/task")
            .Select(task => (int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture), File.ReadAllText(Path.Combine(task, "comm"))));
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

    [Test]
    public void TheMediumIsAsItWasUntilItsFileIsEdited()
    {
        AwaitSpare();
        using var vm = TwoRadios();
        Ctl("set", "link", "ap/phy1", "ap/phy0", "--snr-db", "12.5");
        Ctl("set", "fault", "ten", "--frame", "data", "--to", "ap/phy1", "--drop", "--count", "10");
        Assert.That(Acknowledged(vm, 3), Is.Zero);
        long begunNs = MonotonicClock.NowNs;
        string scenario = Path.Combine(_folder, "scenario.yaml");
        File.WriteAllText(scenario, "- {at: 6s, link: {from: ap/phy0, to: ap/phy1, loss: 0.25}}\n");
        Ctl("scenario", "run", scenario);

        _ = kill(Engine(), SIGKILL);
        Deadline.Until(() => Gaps().Count == 1, $"the next engine\n{_keeper.Error}");
        Assert.That(Ctl("get", "links")!.AsArray(), Has.Count.EqualTo(1));
        Assert.That(Ctl("get", "links")![0]!["snrDb"]!.GetValue<double>(), Is.EqualTo(12.5));
        Assert.That(Ctl("get", "fault", "ten")!["hits"]!.GetValue<int>(), Is.EqualTo(3));
        Assert.That(Acknowledged(vm, 12), Is.EqualTo(5), "seven more are hit");
        Deadline.Until(() => Ctl("get", "links")!.AsArray().Count == 2, "what was due later");
        Assert.That((MonotonicClock.NowNs - begunNs) / 1e9, Is.InRange(6, 9));

        AwaitSpare();
        File.WriteAllText(Configuration, "seed: 5\nvms: [{name: ap, socket: ap.sock}]\n");
        _keeper.Signal(SIGHUP);
        Deadline.Until(() => Gaps().Count == 2, $"the next engine\n{_keeper.Error}");
        Assert.That(Ctl("get", "links")!.AsArray(), Is.Empty);
        Assert.That(_keeper.Output + _keeper.Error, Does.Contain("what ctl changed is dropped"));
    }

    [TestCase("pcapng")]
    [TestCase("pcap")]
    public void CapturesOfKilledEnginesAreWhole(string format)
    {
        const int Kills = 4;
        StopInOrder();
        StartKeeper("--capture", Path.Combine(_folder, $"medium.{format}"), "--capture-format", format);
        using var vm = TwoRadios();
        for (int i = 0; i < Kills; i++)
        {
            AwaitSpare();
            int killed = Engine();
            for (int frame = 0; frame < 200; frame++)
                vm.SendFrame(0, Data(Address(1, radio: 1), Address(1), new byte[1500]), TxFlags.NoAck);
            _ = kill(killed, SIGKILL);
            Deadline.Until(() => Gaps().Count > i, $"the next engine\n{_keeper.Error}");
            vm.Drain();
        }
        StopInOrder();
        string[] files = [.. Directory.EnumerateFiles(_folder, $"medium_*.{format}").Order(StringComparer.Ordinal)];
        Assert.That(files, Has.Length.EqualTo(Kills + 1), _keeper.Error);
        int[] frames = [.. files.Select(file => Wireshark.Fields(file, "frame.number").Length)];
        TestContext.Out.WriteLine($"frames: {string.Join(", ", frames)}");
        Assert.That(frames.Sum(), Is.Positive);
    }

    /// <summary>SIGSYS dumps core, as SIGABRT and SIGSEGV do, of which .NET's runtime takes the first that is sent to it for nothing.</summary>
    [Test]
    public void WhatHappenedLastToAnEngineThatDiedIsInAFile([Values] bool dumpsCore)
    {
        AwaitSpare();
        int killed = Engine();
        using var vm = TwoRadios();
        Ctl("set", "link", "ap/phy1", "ap/phy0", "--snr-db", "12.5");
        _ = kill(killed, dumpsCore ? SIGSYS : SIGKILL);
        Deadline.Until(() => Gaps().Count == 1, $"the next engine\n{_keeper.Error}");
        string file = LastEvents(killed);
        string[] events = File.ReadAllLines(file);
        Assert.That(events[0], Is.EqualTo($"the last events of engine {killed} of shm-medium"));
        Assert.That(events[1], Does.Match($"engine {killed} of shm-medium [0-9.]+ begins$"));
        Assert.That(events[2], Does.EndWith(" it serves"));
        Assert.That(events, Has.Exactly(1).Matches(" ap: attached: port 0, peer "));
        Assert.That(events[^2], Does.Contain(" ap: radio ").And.EndsWith(" is on the medium"), "the second radio");
        Assert.That(events[^1], Does.Contain(" changed by the control API: SetLink").And.Contain("12.5"), "what came last");
        Deadline.Until(() => Restarts(latest: 1).Single().LastEvents == file, "the file in the status");
        Assert.That(Restarts(latest: 1).Single().Engine, Is.EqualTo(killed));
        StopInOrder();
        Assert.That(Directory.EnumerateFiles(_folder, "last-events-*"), Is.EqualTo(new[] { file }), "an end in order needs none");
    }

    [Test]
    public void TheFileOfAnEngineThatFailedTellsTheException()
    {
        StopInOrder();
        string trigger = Path.Combine(_folder, "fail");
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", typeof(StartupHook).Assembly.Location);
        Environment.SetEnvironmentVariable(StartupHook.Trigger, trigger);
        try
        {
            StartKeeper();
        }
        finally
        {
            Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
            Environment.SetEnvironmentVariable(StartupHook.Trigger, null);
        }
        AwaitSpare();
        int failed = Engine();
        File.WriteAllText(trigger + ".new", $"{failed}");
        File.Move(trigger + ".new", trigger);
        string[] events = File.ReadAllLines(LastEvents(failed));
        Assert.That(events, Has.Exactly(1).Matches("fatal: thread 'doomed' ended by a fault of shm-medium itself: .*InvalidOperationException: "
            + "a fault of the test's$"));
        Assert.That(events, Has.Some.Matches("^ +at StartupHook"), "with its stack");
    }

    private string LastEvents(int engine)
    {
        string file = Path.Combine(_folder, $"last-events-{engine}.log");
        Deadline.Until(() => File.Exists(file) && File.ReadAllText(file).EndsWith('\n'), $"the last events\n{_keeper.Error}");
        return file;
    }

    private SimulatedGuest TwoRadios()
    {
        var vm = SimulatedGuest.Connect(Socket);
        vm.Hello();
        for (ushort radio = 0; radio < 2; radio++)
        {
            vm.AddRadio(radio, Address(1, radio));
            vm.Tune(radio, 2412);
        }
        vm.Drain();
        return vm;
    }

    /// <summary>Sends frames from the first radio to the second, one after the other.</summary>
    private static int Acknowledged(SimulatedGuest vm, int frames)
    {
        int acknowledged = 0;
        for (int i = 0; i < frames; i++)
        {
            vm.SendFrame(0, Data(Address(1, radio: 1), Address(1)));
            acknowledged += vm.Drain().Count(r => r.Descriptor.Kind == RingKind.TxStatus && r.Descriptor.Flags.HasFlag(TxFlags.Acked));
        }
        return acknowledged;
    }

    private JsonNode? Ctl(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = new RootCommand { new CtlCommand() }
            .Parse(["ctl", "--socket", Path.Combine(_folder, "control.sock"), "--json", .. arguments])
            .Invoke(new InvocationConfiguration { Output = output, Error = error });
        Assert.That(code, Is.Zero, error.ToString());
        return output.ToString() is { Length: > 0 } json ? JsonNode.Parse(json) : null;
    }

    /// <summary>A terminal's Ctrl-C and systemd's stop go to all processes of a daemon, and people press twice.</summary>
    [Test]
    public void SignalsThatComeAgainEndItInOrder()
    {
        AwaitSpare();
        int[] all = [_keeper.Id, .. Children()];
        for (int i = 0; i < 5; i++)
        {
            foreach (int id in all)
                _ = kill(id, SIGTERM);
            Thread.Sleep(5);
        }
        StopInOrder();
        Assert.That(_keeper.Error, Does.Not.Contain("fault"));
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
