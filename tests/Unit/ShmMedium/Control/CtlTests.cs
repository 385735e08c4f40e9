using System.CommandLine;
using System.Text.Json.Nodes;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Cli;

namespace ShmWifi.Tests.Unit.ShmMedium.Control;

/// <summary><c>shm-medium ctl</c>, as it is typed, against the real server.</summary>
public sealed class CtlTests
{
    private ControlHarness _harness = null!;

    [SetUp]
    public void Start() => _harness = new ControlHarness();

    [TearDown]
    public void Stop() => _harness.Dispose();

    private Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => RunAtAsync(_harness.Socket, arguments);

    private static async Task<(int Code, string Output, string Error)> RunAtAsync(string socket, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await new RootCommand { new CtlCommand() }
            .Parse(["ctl", "--socket", socket, .. arguments])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }

    private async Task<string> SucceedAsync(params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync(arguments);
        Assert.That(error, Is.Empty);
        Assert.That(code, Is.Zero);
        return output;
    }

    private async Task<string> FailAsync(params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync(arguments);
        Assert.That(output, Is.Empty);
        Assert.That(code, Is.EqualTo(1));
        return error;
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_harness.Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    [Test]
    public async Task ALinkIsSetToldAndUnset()
    {
        Assert.That(await SucceedAsync("set", "link", "ap", "sta1", "--snr-db", "10"), Is.Empty);
        Assert.That(_harness.Medium.CurrentMedium.Links[0].SnrDb, Is.EqualTo(10));
        Assert.That(await SucceedAsync("get", "links"), Does.Match("^from +to +snrDb *\nap +sta1 +10 *\n$"));
        Assert.That(await SucceedAsync("set", "link", "ap", "sta1/phy1", "--loss", "0.3", "--one-way"), Is.Empty);
        Assert.That(_harness.Medium.CurrentMedium.Links[1],
            Is.EqualTo(_harness.Medium.CurrentMedium.Links[1] with { Loss = 0.3, OneWay = true, SnrDb = null }));
        Assert.That(await SucceedAsync("get", "link", "ap", "sta1/phy1"), Does.Match("ap/phy0 +sta1/phy1 +2437 +-60.13 +30.87"));
        Assert.That(await SucceedAsync("get", "link", "ap", "sta1/phy1", "--rate", "ht 7", "--octets", "1000", "--freq-mhz", "2412"),
            Does.Match("2412 .*ht 7 +0.1\n$"));
        Assert.That(await SucceedAsync("unset", "link", "ap", "sta1/phy1"), Is.Empty);
        Assert.That(_harness.Medium.CurrentMedium.Links, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task WhereNoLinkIsGivenItIsSaidWhatLinksAre()
    {
        Assert.That(await SucceedAsync("get", "links"), Is.EqualTo("none is given; links are perfect\n"));
        Assert.That(await SucceedAsync("get", "links", "--json"), Is.EqualTo("[]\n"));
        await SucceedAsync("set", "propagation", "{model: logDistance, exponent: 3, shadowingDb: 4}");
        await SucceedAsync("set", "fading", "{model: nakagami, m: 2}");
        Assert.That(await SucceedAsync("get", "links"),
            Is.EqualTo("none is given; links are computed: log distance, exponent 3 beyond 1 m, shadowing 4 dB; "
                + "fading Nakagami, m 2, a draw each 40ms\n"));
        Assert.That(await SucceedAsync("get", "faults"), Is.EqualTo("none\n"));
    }

    [Test]
    public async Task ShortOptionsAreTheLongOnes()
    {
        await SucceedAsync("set", "link", "ap", "sta1", "--snr", "-10");
        Assert.That(_harness.Medium.CurrentMedium.Links[0].SnrDb, Is.EqualTo(-10));
        await SucceedAsync("set", "radio", "sta1/radio0", "--tx-power", "10", "--gain", "2", "--noise=-95");
        var radio = _harness.Medium.CurrentMedium.Radios[0];
        Assert.That((radio.TxPowerDbm, radio.AntennaGainDbi, radio.NoiseFloorDbm), Is.EqualTo((10.0, 2.0, -95.0)));
        Assert.That(await SucceedAsync("get", "link", "ap", "sta1/radio1", "--freq", "2412"), Does.Match("ap/phy0 +sta1/phy1 +2412"));
    }

    [TestCase(new[] { "set", "link", "ap", "sta1", "--snrr", "20" }, "set link: unknown option '--snrr' (did you mean '--snr'?)",
        "set link FROM TO [--snr-db SNR-DB] [--loss LOSS] [--one-way]")]
    [TestCase(new[] { "set", "link", "ap", "sta1", "--jsn" }, "set link: unknown option '--jsn' (did you mean '--json'?)", "set link FROM TO ")]
    [TestCase(new[] { "set", "lnk", "ap", "sta1" },
        "set: unknown command 'lnk' (did you mean 'link'?); there are link, radio, fault, ", "set link|radio|fault")]
    [TestCase(new[] { "set", "timing", "airtime", "now" }, "set timing: 'now' is one argument too many", "set timing WORD")]
    [TestCase(new[] { "set", "link", "ap" }, "set link: Required argument 'TO' missing for command: 'link'.", "set link FROM TO")]
    [TestCase(new[] { "set", "fault", "x", "--drop", "--delay", "5ms" },
        "set fault: a fault does one thing: give one of", "set fault NAME [MAPPING] [--frame")]
    public void AWrongCommandIsToldOfWithItsOwnUsage(string[] arguments, string reason, string usage)
    {
        using var error = new StringWriter();
        int code = UsageError.Tell(new RootCommand { new CtlCommand() }.Parse(["ctl", .. arguments]), error);
        string[] lines = error.ToString().Split('\n');
        Assert.That(code, Is.EqualTo(1));
        Assert.That(lines, Has.Length.EqualTo(4), error.ToString());
        Assert.That(lines[0], Does.Contain($" ctl {reason}"));
        Assert.That(lines[1], Does.StartWith("usage: ").And.Contain($" ctl {usage}"));
        Assert.That(lines[2], Does.EndWith("--help' tells more"));
    }

    [Test]
    public void TheProgramTellsOfItSo()
    {
        (int code, string output, string error) = MediumProcess.Run("ctl", "set", "link", "ap", "sta1", "--snrr", "20");
        Assert.That((code, output), Is.EqualTo((1, "")));
        Assert.That(error, Is.EqualTo("shm-medium ctl set link: unknown option '--snrr' (did you mean '--snr'?)\n"
            + "usage: shm-medium ctl set link FROM TO [--snr-db SNR-DB] [--loss LOSS] [--one-way]\n'shm-medium ctl set link --help' tells more\n"));
        (code, _, error) = MediumProcess.Run("bogus");
        Assert.That((code, error), Is.EqualTo((1,
            "shm-medium: unknown command 'bogus'; there are run, local, ctl, top, trunk, extcap, diff, config, import\n"
            + "usage: shm-medium run|local|ctl|top|trunk|extcap|diff|config|import [--version]\n'shm-medium --help' tells more\n")));
        (code, output, _) = MediumProcess.Run("ctl", "set", "link", "--help");
        Assert.That((code, output), Is.EqualTo((0, output)));
        Assert.That(output, Does.Contain("Gives a link."));
    }

    [Test]
    public async Task ARadioIsMoved()
    {
        await SucceedAsync("set", "radio", "sta1", "--position", "1, 2,3.5", "--velocity=-1,0,0", "--tx-power-dbm", "10", "--antenna-gain-dbi", "2",
            "--noise-floor-dbm=-95", "--data-rate", "he 9 nss 2 80");
        var radio = _harness.Medium.CurrentMedium.Radios[0];
        Assert.That(radio.DataRate?.ToString(), Is.EqualTo("he 9 nss 2 80"));
        Assert.That(radio.Motion, Is.EqualTo(new LinearMotion(new Position(1, 2, 3.5), new Position(-1, 0, 0))));
        Assert.That((radio.TxPowerDbm, radio.AntennaGainDbi, radio.NoiseFloorDbm), Is.EqualTo((10.0, 2.0, -95.0)));
        await SucceedAsync("set", "radio", "sta1", "{randomWaypoint: {box: [[0, 0, 1], [50, 50, 1]], speed: [0.5, 2]}}", "--tx-power-dbm", "11");
        Assert.That(_harness.Medium.CurrentMedium.Radios[^1].Motion, Is.InstanceOf<RandomWaypointMotion>());
        Assert.That(_harness.Medium.CurrentMedium.Radios[^1].TxPowerDbm, Is.EqualTo(11));
        Assert.That(await SucceedAsync("get", "radios/sta1"),
            Does.Match("sta1/phy0 +sta1 +phy0 +0 +02:00:00:00:02:00 +0 +false +10, 0.123, 1 +15 +0 +-91"));
    }

    [Test]
    public async Task AFaultIsOrderedByOptions()
    {
        await SucceedAsync("set", "fault", "keys", "--frame", "eapol", "beacon", "--to", "sta1", "--drop", "--count", "3");
        await SucceedAsync("set", "fault", "slow", "--ssid", "lab", "--delay", "50ms", "--probability", "0.5");
        await SucceedAsync("set", "fault", "bits", "{match: {frame: data}, action: {corrupt: 8}}");
        await SucceedAsync("set", "fault", "twice", "--addr1", "02:00:00:00:01:00", "--duplicate", "2");
        var faults = _harness.Medium.CurrentMedium.Faults;
        Assert.That(faults.Select(f => f.Name), Is.EqualTo(new[] { "keys", "slow", "bits", "twice" }));
        Assert.That(faults.Select(f => f.Action), Is.EqualTo(
            new FaultAction[] { new DropFault(), new DelayFault(TimeSpan.FromMilliseconds(50)), new CorruptFault(8), new DuplicateFault(2) }));
        Assert.That(faults[0].Match.Kinds.Select(k => k.Text), Is.EqualTo(new[] { "eapol", "beacon" }));
        Assert.That(faults[0].Count, Is.EqualTo(3));
        Assert.That(await SucceedAsync("get", "fault", "slow"), Does.Contain("hits").And.Contain("50ms"));
        await SucceedAsync("unset", "fault", "keys");
        Assert.That(_harness.Medium.CurrentMedium.Faults, Has.Count.EqualTo(3));
        (int code, _, string error) = await RunAsync("set", "fault", "x", "--drop", "--delay", "5ms");
        Assert.That((code, error), Is.EqualTo((1, error)));
        Assert.That(error, Does.Contain("a fault does one thing"));
    }

    [Test]
    public async Task AJammerIsSetPlacedAndTakenBack()
    {
        await SucceedAsync("set", "jammer", "oven", "--freq", "2450", "--bandwidth", "80", "--period", "20ms", "--duty", "0.5");
        Assert.That(_harness.Medium.CurrentMedium.Jammers, Is.EqualTo(new[]
        {
            new JammerConfiguration("oven", 2450) { BandwidthMhz = 80, Period = TimeSpan.FromMilliseconds(20), DutyCycle = 0.5 },
        }));
        Assert.That(await SucceedAsync("get", "jammer", "oven"), Does.Contain("2450").And.Contain("20ms").And.Contain("false"), "timing is instant");
        await SucceedAsync("set", "timing", "airtime");
        Assert.That(await SucceedAsync("get", "jammers"), Does.Contain("true"));
        await SucceedAsync("set", "radio", "oven", "--position", "1,2,3", "--tx-power", "30");
        await SucceedAsync("set", "link", "oven", "sta1", "--snr", "9");
        await SucceedAsync("set", "jammer", "oven", "--freq", "2412");
        Assert.That(_harness.Medium.CurrentMedium.Jammers, Is.EqualTo(new[] { new JammerConfiguration("oven", 2412) }));
        await SucceedAsync("unset", "jammer", "oven");
        var left = _harness.Medium.CurrentMedium;
        Assert.That((left.Jammers.Count, left.Links.Count), Is.EqualTo((0, 0)));
        Assert.That(left.Radios.Select(r => r.Radio.Vm), Has.None.EqualTo("oven"));
        (int code, _, string error) = await RunAsync("set", "jammer", "oven", "--freq", "2.4e9");
        Assert.That((code, error), Is.EqualTo((1, error)));
        Assert.That(error, Does.Contain("freqMhz").And.Contain("1000 to 72000"));
        (code, _, error) = await RunAsync("set", "jammer", "sta1", "--freq", "2412");
        Assert.That((code, error), Is.EqualTo((1, error)));
        Assert.That(error, Does.Contain("'sta1' is a VM; give the jammer another name"));
        (code, _, error) = await RunAsync("unset", "jammer", "ovn");
        Assert.That((code, error), Is.EqualTo((1, error)));
        Assert.That(error, Does.Contain("no jammer is called 'ovn'"));
    }

    [Test]
    public async Task AWallIsSetAndTakenBack()
    {
        string[] wall = ["set", "wall", "north", "--from", "0,5", "--to", "-10.5, 5"];
        (int code, _, string error) = await RunAsync([.. wall, "--loss", "12"]);
        Assert.That((code, error), Is.EqualTo((1, error)));
        Assert.That(error, Does.Contain("'walls' without 'propagation'"));
        await SucceedAsync("set", "propagation", "freeSpace");
        await SucceedAsync([.. wall, "--loss", "12"]);
        Assert.That(_harness.Medium.CurrentMedium.Walls, Is.EqualTo(new WallConfiguration[]
        {
            new("north", new(0, 5), new(-10.5, 5), new GivenWallLoss(12)),
        }));
        await SucceedAsync([.. wall, "--material", "brick", "--thickness", "24"]);
        Assert.That(_harness.Medium.CurrentMedium.Walls.Single().Loss,
            Is.EqualTo(new WallSlab(WallMaterial.All.Single(m => m.Word == "brick"), 24)));
        Assert.That(await SucceedAsync("get", "wall", "north"), Does.Contain("brick").And.Contain("24"));
        Assert.That(await SucceedAsync("get", "walls"), Does.Contain("north").And.Contain("-10.5, 5"));
        (code, _, error) = await RunAsync("unset", "propagation");
        Assert.That((code, error), Is.EqualTo((1, error)));
        Assert.That(error, Does.Contain("'walls' without 'propagation'"));
        (code, _, error) = await RunAsync([.. wall, "--material", "paper"]);
        Assert.That((code, error), Is.EqualTo((1, error)));
        Assert.That(error, Does.Contain("material").And.Contain("concrete, brick"));
        (code, _, error) = await RunAsync("unset", "wall", "nort");
        Assert.That((code, error), Is.EqualTo((1, error)));
        Assert.That(error, Does.Contain("no wall is called 'nort' (did you mean 'north'?)"));
        await SucceedAsync("unset", "wall", "north");
        await SucceedAsync("unset", "propagation");
        Assert.That(_harness.Medium.CurrentMedium.Walls, Is.Empty);
    }

    [Test]
    public async Task ModelsAndValuesAreSetAndUnset()
    {
        await SucceedAsync("set", "timing", "airtime");
        await SucceedAsync("set", "seed", "77");
        await SucceedAsync("set", "propagation", "{model: logDistance, exponent: 3}");
        await SucceedAsync("set", "fading", "rayleigh");
        await SucceedAsync("set", "error-table", "per.txt");
        var medium = _harness.Medium.CurrentMedium;
        Assert.That((medium.Timing, medium.Seed, medium.ErrorTable), Is.EqualTo((Timing.Airtime, 77UL, Path.GetFullPath("per.txt"))));
        Assert.That(medium.Propagation, Is.InstanceOf<LogDistancePropagation>());
        Assert.That(await SucceedAsync("get", "timing"), Is.EqualTo("airtime\n"));
        Assert.That(await SucceedAsync("get", "propagation"), Does.Contain("exponent").And.Contain("logDistance"));
        await SucceedAsync("unset", "propagation");
        await SucceedAsync("unset", "fading");
        await SucceedAsync("unset", "error-table");
        medium = _harness.Medium.CurrentMedium;
        Assert.That((medium.Propagation, medium.Fading, medium.ErrorTable),
            Is.EqualTo(((PropagationConfiguration?)null, (FadingConfiguration?)null, (string?)null)));
        Assert.That(await SucceedAsync("get", "propagation"), Is.EqualTo("none\n"));
    }

    [Test]
    public async Task AWholeMediumComesFromAFile()
    {
        string file = Write("medium.yaml", "seed: 3\nerrorTable: per.txt\nlinks: [{from: ap, to: sta1, snrDb: 20}]\n");
        await SucceedAsync("set", "medium", file);
        Assert.That(_harness.Medium.CurrentMedium.ErrorTable, Is.EqualTo(Path.Combine(_harness.Folder, "per.txt")), "relative to the file");
        string wrong = Write("wrong.yaml", "seed: 3\nlinks:\n  - {from: ap, to: sta1, snr: 20}\n");
        Assert.That(await FailAsync("set", "medium", wrong), Does.StartWith($"shm-medium ctl: {wrong}:3:").And.Contain("unknown key 'snr'"));
        Assert.That(await SucceedAsync("get"), Does.Contain("links").And.Match("ap +sta1 +20"));
    }

    // for one version: set air, get air
    [Test]
    public async Task TheMediumsOldNameWorksAndIsToldOf()
    {
        string file = Write("medium.yaml", "seed: 3\n");
        Assert.That(await RunAsync("set", "air", file),
            Is.EqualTo((0, "", "shm-medium ctl: 'set air' is 'set medium' now; the old name goes with the next version\n")));
        Assert.That(_harness.Medium.CurrentMedium.Seed, Is.EqualTo(3));
        Assert.That(await RunAsync("get", "air", "--json"),
            Is.EqualTo((0, await SucceedAsync("get", "medium", "--json"),
                "shm-medium ctl: 'get air' is 'get medium' now; the old name goes with the next version\n")));
        Assert.That(_harness.OldNames, Is.Empty, "ctl asks by the new name");
    }

    [Test]
    public async Task AScenarioIsRun()
    {
        string file = Write("walk.yaml", "- {at: 10ms, link: {from: ap, to: sta1, snrDb: 5}}\n- {at: 20ms, timing: airtime}\n");
        await SucceedAsync("scenario", "run", file);
        Assert.That(_harness.Medium.CurrentMedium.Schedule, Has.Count.EqualTo(2));
        var waiting = SucceedAsync("scenario", "run", file, "--wait", "--json");
        await Task.Delay(100);
        Assert.That(waiting.IsCompleted, Is.False);
        _harness.Medium.ScheduleDone = 2;
        Assert.That(JsonNode.Parse(await waiting)!["done"]!.GetValue<int>(), Is.EqualTo(2));
        _harness.Medium.ScheduleDone = 0;
        var stopped = FailAsync("scenario", "run", file, "--wait");
        await Task.Delay(100);
        await SucceedAsync("scenario", "stop");
        Assert.That(await stopped, Does.Contain("the scenario was stopped, or another one took its place"));
    }

    [Test]
    public async Task WhatIsSavedStartsTheSameMedium()
    {
        await SucceedAsync("set", "link", "ap", "sta1", "--snr-db", "10");
        string file = Path.Combine(_harness.Folder, "saved.yaml");
        Assert.That(await SucceedAsync("save", file), Is.Empty);
        Assert.That(DaemonConfiguration.Load(file).Medium.Links[0].SnrDb, Is.EqualTo(10));
        Assert.That(await SucceedAsync("save"), Is.EqualTo(await File.ReadAllTextAsync(file)));
    }

    [Test]
    public async Task AWatcherSeesChanges()
    {
        using var cancellation = new CancellationTokenSource();
        using var output = new StringWriter();
        using var shared = TextWriter.Synchronized(output);
        var watching = new RootCommand { new CtlCommand() }
            .Parse(["ctl", "watch", "--socket", _harness.Socket])
            .InvokeAsync(new InvocationConfiguration { Output = shared, Error = shared }, cancellation.Token);
        await EventuallyAsync(() => Text().Contains("12 frames, 11 delivered, 1 dropped", StringComparison.Ordinal));
        await SucceedAsync("set", "link", "ap", "sta1", "--snr-db", "10");
        await EventuallyAsync(() => Text().Contains("{\"link\":{\"from\":\"ap\",\"to\":\"sta1\",\"snrDb\":10}}", StringComparison.Ordinal));
        await cancellation.CancelAsync();
        Assert.That(await watching, Is.Zero);

        string Text()
        {
            lock (shared) // as its own methods do
                return output.ToString();
        }
    }

    [Test]
    public async Task JsonIsTheApis()
    {
        Assert.That(JsonNode.Parse(await SucceedAsync("get", "radios", "--json"))!.AsArray(), Has.Count.EqualTo(3));
        Assert.That(JsonNode.Parse(await SucceedAsync("set", "link", "ap", "sta1", "--snr-db", "10", "--json"))!["to"]!.ToString(),
            Is.EqualTo("sta1"));
    }

    [TestCase(new[] { "set", "link", "ap", "sta1", "--snr-db", "much" }, "'snrDb' is 'much'; allowed: a number from")]
    [TestCase(new[] { "set", "link", "ap", "sat1", "--snr-db", "1" },
        "to: no radio 'sat1' is on the medium or in the configuration (did you mean 'sta1'?)")]
    [TestCase(new[] { "set", "radio", "sta1", "--position", "1,2" }, "'position' ")]
    [TestCase(new[] { "set", "radio", "sta1", "{mass: 5}" }, "mass: unknown key 'mass'")]
    [TestCase(new[] { "get", "lonks" }, "there is no /v1/lonks (did you mean '/v1/links'?)")]
    [TestCase(new[] { "unset", "fault", "x" }, "no fault is called 'x'")]
    [TestCase(new[] { "set", "medium", "/no/such/file" }, "Could not find")]
    public async Task ARefusalNamesTheField(string[] arguments, string error) =>
        Assert.That(await FailAsync(arguments), Does.StartWith($"shm-medium ctl: {error}"));

    [Test]
    public async Task NoDaemonIsSaidSo()
    {
        string nobody = Path.Combine(_harness.Folder, "nobody.sock");
        (int code, _, string error) = await RunAtAsync(nobody, "get");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(error, Does.Contain("nobody.sock").And.Contain("does the daemon run?"));
    }

    [Test]
    public async Task TheStateFileTellsTheSocket()
    {
        string state = Path.Combine(_harness.Folder, "state.json");
        using var output = new StringWriter();
        using var error = new StringWriter();
        var invocation = new InvocationConfiguration { Output = output, Error = error };
        using (DaemonStateFile.Publish(state, DaemonState.Of(_harness.Configuration, _harness.Socket)))
            Assert.That(await new RootCommand { new CtlCommand() }.Parse(["ctl", "get", "timing", "--state", state]).InvokeAsync(invocation), Is.Zero,
                error.ToString());
        Assert.That(output.ToString(), Is.EqualTo("instant\n"));
        using (DaemonStateFile.Publish(state, DaemonState.Of(_harness.Configuration)))
            Assert.That(await new RootCommand { new CtlCommand() }.Parse(["ctl", "get", "timing", "--state", state]).InvokeAsync(invocation),
                Is.EqualTo(1));
        Assert.That(error.ToString(), Does.Contain("has no control socket"));
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (int i = 0; i < 300 && !condition(); i++)
            await Task.Delay(100);
        Assert.That(condition(), Is.True);
    }
}
