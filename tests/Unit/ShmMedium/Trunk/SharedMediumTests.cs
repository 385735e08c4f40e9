using System.Text;
using NATS.Client.Core;
using NATS.Client.JetStream;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;
using static ShmWifi.Tests.Unit.ShmMedium.Trunk.TrunkHost;

namespace ShmWifi.Tests.Unit.ShmMedium.Trunk;

/// <summary>Changes of the medium on two daemons and a real nats-server.</summary>
public sealed class SharedMediumTests
{
    private NatsServer _server = null!;

    [SetUp]
    public void StartServer() => _server = new NatsServer();

    [TearDown]
    public void StopServer() => _server.Dispose();

    [Test]
    public void AChangeOnAnyHostHoldsOnAll()
    {
        using var a = Start(_server, "a", 1);
        using var b = Start(_server, "b", 101);
        var (one, two) = (Station(a, "a", 1), Station(b, "b", 2));
        Deadline.Until(() => SeesRadio(a, 2) && SeesRadio(b, 1), "each host has the other's radio");
        Assert.That(IsAcknowledged(one, 2), Is.True);

        Deadline.Until(() => Number(a) != 0 && Number(b) != 0, "both have joined the medium");
        Assert.That(Ctl(b, "set", "link", "a", "b", "--loss", "1"), Is.EqualTo((0, "", "")));
        Deadline.Until(() => Medium(a).Links.Count == 1, "a has what was said to b");
        Assert.That(IsAcknowledged(one, 2), Is.False, "a decides on this frame");
        Assert.That(IsAcknowledged(two, 1), Is.False, "b decides on this one");

        Assert.That(Ctl(a, "unset", "link", "a", "b"), Is.EqualTo((0, "", "")));
        Deadline.Until(() => Medium(b).Links.Count == 0, "b has what was said to a");
        Assert.That(IsAcknowledged(two, 1), Is.True);
        AssertEqual(a, b);
    }

    [Test]
    public async Task ChangesAtTheSameTimeEndEqualAndNoneIsLost()
    {
        using var a = Start(_server, "a", 1);
        using var b = Start(_server, "b", 101);
        await ChangeAsync(a, Link(loss: 0.5));
        await ChangeAsync(b, Link(loss: 0.6));
        ulong before = Number(b);
        const int Count = 25;
        await Task.WhenAll(ChangeOften(a, 0), ChangeOften(b, 40));
        AssertEqual(a, b);
        Assert.That(Number(a), Is.EqualTo(before + (2 * 2 * Count)));
        Assert.That(Medium(a).Faults, Has.Count.EqualTo(2 * Count), "each was named from the medium that it met");

        static async Task ChangeOften(TestDaemon host, int snrDb)
        {
            for (int i = 0; i < Count; i++)
            {
                await ChangeAsync(host, new SetLink(new LinkConfiguration(RadioPattern.Of("a"), RadioPattern.Of("b")) { SnrDb = snrDb + i }));
                await host.Daemon.Snapshots.Trunk!.Medium.ApplyAsync(current => new SetFault(MediumText.ReadFault(
                    "{match: {to: nobody}, action: drop}", "a test", current.Faults.Select(fault => fault.Name))));
            }
        }
    }

    [Test]
    public async Task AHostThatJoinsLateTakesTheMediumAndSaysWhatItsFileHasOtherwise()
    {
        using var a = Start(_server, "a", 1, more: "seed: 7");
        await ChangeAsync(a, Link(loss: 1));
        await ChangeAsync(a, new SetPropagation(new FreeSpacePropagation()));
        using var b = Start(_server, "b", 101, more: "seed: 8");
        Deadline.Until(() => Number(b) != 0, "b joins");
        AssertEqual(a, b);
        Deadline.Until(() => Tells(b, "theirs holds here, too: seed (7, here 8), links (1, here 0), propagation ({"), "b tells it");
        Assert.That(a.Log.Events.Select(e => e.Message), Has.None.Contains("another configuration"));
    }

    [Test]
    public async Task WhileTheServerIsAwayNothingIsChangedAndThenItGoesOn()
    {
        using var a = Start(_server, "a", 1);
        using var b = Start(_server, "b", 101);
        await ChangeAsync(a, Link(loss: 0.5));
        ulong before = Number(a);
        _server.Kill();
        (int code, _, string error) = Ctl(a, "set", "link", "a", "b", "--loss", "1");
        Assert.That((code, error), Is.EqualTo((1,
            $"shm-medium ctl: nothing was changed: no server answers at {_server.Url}/, and other hosts would not know of it\n")));
        Assert.That(Medium(a).Links[0].Loss, Is.EqualTo(0.5));
        _server.Start();
        Deadline.Until(() => a.Daemon.Snapshots.Trunk!.Medium.Problem is null, "a is back");
        await ChangeAsync(a, Link(loss: 0.7));
        AssertEqual(a, b);
        Assert.That(Number(a), Is.EqualTo(before + 1), "the server has kept the changes");
    }

    [Test]
    public async Task AServerThatHasForgottenIsToldAgain()
    {
        using var a = Start(_server, "a", 1);
        using var b = Start(_server, "b", 101);
        for (int i = 0; i < 5; i++)
            await ChangeAsync(a, Link(loss: i / 10.0));
        AssertEqual(a, b);
        _server.Kill();
        _server.ForgetAll();
        _server.Start();
        Deadline.Until(() => Number(a) is > 0 and < 3 && Number(b) == Number(a), "both begin to count again");
        Assert.That(Medium(b).Links[0].Loss, Is.EqualTo(0.4));
        await ChangeAsync(b, Link(loss: 1));
        AssertEqual(a, b);
        Assert.That(Medium(a).Links[0].Loss, Is.EqualTo(1));
    }

    [Test]
    public async Task AMediumEndsWithItsLastHost()
    {
        using (var a = Start(_server, "a", 1))
            await ChangeAsync(a, Link(loss: 1));
        using var again = Start(_server, "a", 1, more: "seed: 9");
        Deadline.Until(() => Number(again) != 0, "it begins a medium");
        Assert.That((Medium(again).Links.Count, Medium(again).Seed), Is.EqualTo((0, 9ul)), "as its file has it now");
    }

    [Test]
    public async Task WhatAHostileHostStoresChangesNothingAndAllGoOnEqual()
    {
        using var a = Start(_server, "a", 1);
        using var b = Start(_server, "b", 101);
        await ChangeAsync(a, Link(loss: 0.5));
        AssertEqual(a, b);
        string before = MediumWriter.ToYaml(Medium(a));
        string[] hostile =
        [
            "", "x", "[]", "{\"version\": 1}", "{\"version\": 2, \"medium\": {}}", "{\"version\": 1, \"medium\": {\"links\": 5}}",
            new string('[', 100_000), "{\"version\": 1, \"medium\": {\"timing\": \"airtime\"}}",
            "{\"version\": 1, \"medium\": {\"errorTable\": \"/dev/zero\"}}", "{\"version\": 1, \"medium\": {\"fading\": \"rayleigh\"}}",
            "{\"version\": 1, \"change\": {\"errorTable\": \"/etc/shadow\"}, \"medium\": {\"errorTable\": \"/etc/shadow\"}}",
            "{\"version\": 1, \"medium\": {\"links\": [{\"from\": \"\\u001b[2J\", \"to\": \"b\", \"loss\": 1}]}}",
            "{\"version\": 1, \"medium\": {\"walls\": [{\"name\": \"w\", \"from\": [0, 0], \"to\": [1, 1], \"lossDb\": 3}]}}",
        ];
        ulong last = Number(a) + (ulong)hostile.Length;
        foreach (string entry in hostile)
            await StoreAsync(entry);
        Deadline.Until(() => Number(a) == last && Number(b) == last, "both have gone past it");
        Assert.That((MediumWriter.ToYaml(Medium(a)), MediumWriter.ToYaml(Medium(b))), Is.EqualTo((before, before)));
        Deadline.Until(() => Tells(a, "a change of host 'c' is refused"), "it is told");
        Assert.That(a.Log.Events.Select(e => e.Message), Has.None.Contains("\u001b"));
        using var late = Start(_server, "d", 201);
        Deadline.Until(() => Number(late) != 0, "one joins after it");
        Assert.That(MediumWriter.ToYaml(Medium(late)), Is.EqualTo(before));

        await StoreAsync("{\"version\": 1, \"change\": {\"link\": {\"from\": \"a\", \"to\": \"b\", \"loss\": 1}}, \"medium\": {\"seed\": 3}}");
        Deadline.Until(() => Medium(a).Seed == 3 && Medium(b).Seed == 3, "a change that is not what it makes of the medium is the medium");
        await ChangeAsync(late, Link(loss: 0.2));
        AssertEqual(late, a, b);
        Assert.That(a.Failures.Concat(b.Failures), Is.Empty);
    }

    [Test]
    public async Task AServerWithoutJetStreamLeavesEachHostItsOwnChangesAndItIsTold()
    {
        _server.Dispose();
        _server = new NatsServer(hasJetStream: false);
        using var a = Start(_server, "a", 1);
        using var b = Start(_server, "b", 101);
        var (one, _) = (Station(a, "a", 1), Station(b, "b", 2));
        Deadline.Until(() => SeesRadio(a, 2), "host a has b's radio");
        Assert.That(IsAcknowledged(one, 2), Is.True);
        Deadline.Until(() => Tells(a, "has no JetStream: what ctl changes on this host holds on this host alone; give the server's configuration "
            + "'jetstream { store_dir: FOLDER }'"), "it is told");
        await ChangeAsync(a, Link(loss: 1));
        Assert.That(IsAcknowledged(one, 2), Is.False);
        Assert.That(Medium(b).Links, Is.Empty);
        Deadline.Until(() => !OtherOf(a).HasSameMedium, "the status shows it");
        Assert.That(a.Daemon.Snapshots.Take().Trunk, Has.Property("Revision").EqualTo(0ul).And.Property("Problem").Contains("no JetStream"));
    }

    [Test]
    public async Task WhatIsEachHostsOwnIsRefused()
    {
        using var a = Start(_server, "a", 1);
        await ChangeAsync(a, Link(loss: 0.5));
        Assert.That(async () => await ChangeAsync(a, new SetErrorTable("/tmp/table")),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains("would have to be on every host"));
        Assert.That(async () => await ChangeAsync(a, new SetTiming(Timing.Airtime)),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains("'timing: airtime' with 'trunk'"));
        Assert.That(Medium(a), Has.Property("ErrorTable").Null.And.Property("Timing").EqualTo(Timing.Instant));
    }

    private async Task StoreAsync(string entry)
    {
        await using var client = new NatsConnection(NatsOpts.Default with { Url = _server.Url });
        byte[] bytes = Encoding.UTF8.GetBytes(entry);
        (await new NatsJSContext(client).PublishAsync("shmwifi.lab1.change.c", bytes, NatsRawSerializer<byte[]>.Default)).EnsureSuccess();
    }

    private static bool Tells(TestDaemon host, string what) => host.Log.Events.Any(e => e.Message.Contains(what, StringComparison.Ordinal));

    private static SetLink Link(double loss) => new(new LinkConfiguration(RadioPattern.Of("a"), RadioPattern.Of("b")) { Loss = loss });

    private static Task ChangeAsync(TestDaemon host, MediumChange change)
    {
        var medium = host.Daemon.Snapshots.Trunk!.Medium;
        Deadline.Until(() => medium.Problem is null || medium.IsAlone, "the host has joined the medium, or there is none");
        return medium.ApplyAsync(_ => change);
    }

    private static (int Code, string Output, string Error) Ctl(TestDaemon host, params string[] arguments) =>
        MediumProcess.Run(["ctl", .. arguments, "--socket", host.ControlSocket]);

    private static MediumConfiguration Medium(TestDaemon host) => host.Daemon.Engine.CurrentMedium;

    private static ulong Number(TestDaemon host) => host.Daemon.Snapshots.Trunk!.Medium.Current.Number;

    private static bool IsAcknowledged(SimulatedGuest from, int to)
    {
        from.SendFrame(0, Data(Address(to), Address(to == 1 ? 2 : 1)));
        return (Status(from).Flags & TxFlags.Acked) != TxFlags.None;
    }

    private static void AssertEqual(params TestDaemon[] hosts)
    {
        Deadline.Until(() => hosts.Select(Number).Distinct().Count() == 1, "all have the same revision");
        Assert.That(hosts.Select(host => MediumWriter.ToYaml(Medium(host))).Distinct().Count(), Is.EqualTo(1));
        Deadline.Until(() => Array.TrueForAll(hosts, host => host.Daemon.Snapshots.Take().Trunk!.Hosts.All(h => h is { HasSameMedium: true })),
            "each sees it of the others");
    }
}
