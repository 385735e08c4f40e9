using System.Text.Json;
using NATS.Client.Core;
using ShmWifi.Configuration.Medium;
using ShmWifi.Lab;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Telemetry;
using ShmWifi.ShmMedium.Trunk;
using static ShmWifi.Tests.Support.MediumFrames;
using static ShmWifi.Tests.Unit.ShmMedium.Trunk.TrunkHost;

namespace ShmWifi.Tests.Unit.ShmMedium.Trunk;

/// <summary>Two daemons and a real nats-server: one medium.</summary>
public sealed class TrunkTests
{
    private NatsServer _server = null!;

    [SetUp]
    public void StartServer() => _server = new NatsServer();

    [TearDown]
    public void StopServer() => _server.Dispose();

    [Test]
    public void FramesCrossAndAreAcknowledged()
    {
        using var a = Host("a", 1);
        using var b = Host("b", 101);
        var (one, two) = (Station(a, "a", 1), Station(b, "b", 2));
        Deadline.Until(() => SeesRadio(a, 2) && SeesRadio(b, 1), "each host has the other's radio");
        byte[] frame = Data(Address(2), Address(1), 1, 2, 3);
        one.SendFrame(0, frame, cookie: 77);
        var status = Status(one);
        Assert.That((status.Cookie, status.Flags & TxFlags.Acked), Is.EqualTo((77ul, TxFlags.Acked)));
        var received = Frame(two);
        Assert.That(received.Payload, Is.EqualTo(frame));
        Assert.That((received.Descriptor.RateIndex, received.Descriptor.FreqMhz), Is.EqualTo(((byte)4, 2412u)));
        two.SendFrame(0, Data(Address(1), Address(2)), cookie: 78);
        Assert.That(Status(two).Flags & TxFlags.Acked, Is.EqualTo(TxFlags.Acked));
        Assert.That(Frame(one).Descriptor.FreqMhz, Is.EqualTo(2412));
        one.SendFrame(0, Data(Address(9), Address(1)), cookie: 79);
        Assert.That(Status(one).Flags & TxFlags.Acked, Is.EqualTo(TxFlags.None), "nobody has that address");
        Assert.That(a.Daemon.Snapshots.Take().Trunk!.Hosts.Single(), Has.Property("FramesSent").EqualTo(1).And.Property("Malformed").Zero);
        Assert.That(b.Daemon.Snapshots.Take().Trunk!.Disagreements, Is.Zero);
    }

    [Test]
    public async Task AChannelThatNobodyHearsElsewhereCostsNothing()
    {
        using var a = Host("a", 1, "a2");
        using var b = Host("b", 101);
        var (one, _, other) = (Station(a, "a", 1), Station(a, "a2", 3), Station(b, "b", 2));
        other.Tune(0, 5180);
        Deadline.Until(() => IsOn(a, 2, 5180), "host a knows the channel");
        await using var client = new NatsConnection(NatsOpts.Default with { Url = _server.Url });
        long messages = 0;
        using var end = new CancellationTokenSource();
        var listening = Count(client, () => Interlocked.Increment(ref messages), end.Token);
        await client.PingAsync();
        await Task.Delay(100); // the subscription is with the server
        long clock = Interlocked.Read(ref messages);
        for (int i = 0; i < 100; i++)
            one.SendFrame(0, Data(new(0xffff_ffff_ffff), Address(1)), TxFlags.NoAck);
        one.Drain(); // the engine has them
        other.Tune(0, 2412);
        Deadline.Until(() => IsOn(a, 2, 2412), "host a knows the channel");
        one.SendFrame(0, Data(new(0xffff_ffff_ffff), Address(1), 42), TxFlags.NoAck);
        Assert.That(Frame(other).Payload[^1], Is.EqualTo(42), "the first that came is the first that it heard");
        var sent = a.Daemon.Snapshots.Take().Trunk!.Hosts.Single();
        Assert.That((sent.FramesSent, sent.MessagesSent), Is.EqualTo((1L, 1L)));
        await end.CancelAsync();
        await listening;
        Assert.That(messages, Is.GreaterThan(clock).And.LessThan(clock + 60), "the server carried clocks and one message");
    }

    [Test]
    public void TheServersAbsenceLeavesTheLocalMediumAndItComesBack()
    {
        using var a = Host("a", 1, "a2");
        using var b = Host("b", 101);
        var (one, local, two) = (Station(a, "a", 1), Station(a, "a2", 3), Station(b, "b", 2));
        Deadline.Until(() => SeesRadio(a, 2) && SeesRadio(b, 1), "each host has the other's radio");
        _server.Kill();
        one.SendFrame(0, Data(Address(3), Address(1), 5));
        Assert.That(Status(one).Flags & TxFlags.Acked, Is.EqualTo(TxFlags.Acked));
        Assert.That(Frame(local).Payload[^1], Is.EqualTo(5));
        Deadline.Until(() => !SeesRadio(a, 2) && !SeesRadio(b, 1), "after the grace time the radios leave");
        one.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(Status(one).Flags & TxFlags.Acked, Is.EqualTo(TxFlags.None));
        _server.Start();
        Deadline.Until(() => SeesRadio(a, 2) && SeesRadio(b, 1), "each host has the other's radio again");
        one.SendFrame(0, Data(Address(2), Address(1), 6));
        Assert.That(Status(one).Flags & TxFlags.Acked, Is.EqualTo(TxFlags.Acked));
        Assert.That(Frame(two).Payload[^1], Is.EqualTo(6));
    }

    [Test]
    public void RadiosElsewhereAcknowledgeUntilTheGraceTimeIsOver()
    {
        using var a = Host("a", 1, grace: "30s");
        using var b = Host("b", 101);
        var (one, _) = (Station(a, "a", 1), Station(b, "b", 2));
        Deadline.Until(() => SeesRadio(a, 2), "host a has b's radio");
        _server.Kill();
        Thread.Sleep(3000); // longer than a guest may be silent
        one.SendFrame(0, Data(Address(2), Address(1), 1));
        Assert.That(Status(one).Flags & TxFlags.Acked, Is.EqualTo(TxFlags.Acked));
        Deadline.Until(() => OtherOf(a).NotSent == 1, "it is counted");
    }

    [Test]
    public void HostsThatStartWithoutTheServerJoinWhenItComes()
    {
        _server.Kill();
        Host("c", 201).Dispose(); // nothing keeps it from ending
        using var a = Host("a", 1);
        using var b = Host("b", 101);
        var (one, two) = (Station(a, "a", 1), Station(b, "b", 2));
        Deadline.Until(() => a.Log.Events.Any(e => e.Message.Contains("no server answers at nats://", StringComparison.Ordinal)), "it is told");
        _server.Start();
        Deadline.Until(() => SeesRadio(a, 2) && SeesRadio(b, 1), "each host has the other's radio");
        one.SendFrame(0, Data(Address(2), Address(1), 4));
        Assert.That(Status(one).Flags & TxFlags.Acked, Is.EqualTo(TxFlags.Acked));
        Assert.That(Frame(two).Payload[^1], Is.EqualTo(4));
    }

    [Test]
    public void TrunkStatusShowsTheOtherHosts()
    {
        using var a = Host("a", 1);
        using var b = Host("b", 101);
        _ = Station(b, "b", 2);
        Deadline.Until(() => SeesRadio(a, 2), "host a has b's radio");
        Deadline.Until(() => OtherOf(a).Revision == 1 && OtherOf(b).Revision == 1, "both have joined the medium");
        (int code, string output, string error) = MediumProcess.Run("trunk", "status", "--socket", a.ControlSocket);
        Assert.That((code, error), Is.EqualTo((0, "")));
        Assert.That(output, Does.Contain("medium lab1, host a, server nats://127.0.0.1:").And.Contain(": connected; 0 disagreements"));
        Assert.That(output, Does.Contain("changes: on all hosts; revision 1").And.Contain("present"));
        (code, output, _) = MediumProcess.Run("trunk", "status", "--json", "--socket", a.ControlSocket);
        var other = JsonSerializer.Deserialize(output, SnapshotJson.Default.TrunkStatus)!.Hosts.Single();
        Assert.That((code, other.Name, other.HasSameMedium, other.Vms.Single(), other.Radios), Is.EqualTo((0, "b", true, "b", 1)));
        using var alone = new TestDaemon("vms: [{name: a, socket: a.sock}]");
        Assert.That(MediumProcess.Run("trunk", "status", "--socket", alone.ControlSocket),
            Is.EqualTo((1, "", "shm-medium trunk status: the daemon has no trunk; give its configuration 'trunk'\n")));
    }

    [Test]
    public void AHostThatGoesTakesItsRadiosAlone()
    {
        using var a = Host("a", 1);
        using var c = Host("c", 201);
        var (one, three) = (Station(a, "a", 1), Station(c, "c", 3));
        using (var b = Host("b", 101))
        {
            _ = Station(b, "b", 2);
            Deadline.Until(() => SeesRadio(a, 2) && SeesRadio(a, 3), "host a has both");
        }
        Deadline.Until(() => !SeesRadio(a, 2), "b's radio leaves");
        one.SendFrame(0, Data(Address(3), Address(1), 7));
        Assert.That(Status(one).Flags & TxFlags.Acked, Is.EqualTo(TxFlags.Acked));
        Assert.That(Frame(three).Payload[^1], Is.EqualTo(7));
    }

    [Test]
    public async Task WhatIsReplayedOrStaleIsNotDelivered()
    {
        using var a = Host("a", 1);
        using var b = Host("b", 101);
        var (one, two) = (Station(a, "a", 1), Station(b, "b", 2));
        Deadline.Until(() => SeesRadio(a, 2) && SeesRadio(b, 1), "each host has the other's radio");
        Deadline.Until(() => OtherOf(b).ClockErrorUs is not null, "b knows a's clock");
        await using var thief = new NatsConnection(NatsOpts.Default with { Url = _server.Url });
        var recorded = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = new CancellationTokenSource();
        var listening = Record(thief, recorded, end.Token);
        await thief.PingAsync();
        await Task.Delay(100);
        one.SendFrame(0, Data(Address(2), Address(1), 1));
        Assert.That(Frame(two).Payload[^1], Is.EqualTo(1));
        byte[] message = await recorded.Task.WaitAsync(Deadline.Limit);
        await thief.PublishAsync("shmwifi.lab1.to.b.a", message, serializer: NatsRawSerializer<byte[]>.Default);
        Deadline.Until(() => OtherOf(b).Replayed == 1, "b counts what came again");

        Assert.That(TrunkHeader.TryRead(message, out var header), Is.True);
        (header with { Sequence = header.Sequence + 1, SentNs = MonotonicClock.NowNs - 10_000_000_000 }).Write(message);
        await thief.PublishAsync("shmwifi.lab1.to.b.a", message, serializer: NatsRawSerializer<byte[]>.Default);
        Deadline.Until(() => OtherOf(b).Stale == 1, "b counts what took too long");

        (header with { Sequence = header.Sequence + 2, Session = header.Session - 1, SentNs = MonotonicClock.NowNs }).Write(message);
        await thief.PublishAsync("shmwifi.lab1.to.b.a", message, serializer: NatsRawSerializer<byte[]>.Default);
        Deadline.Until(() => OtherOf(b).Replayed == 2, "b counts what is of another run");
        Assert.That(OtherOf(b).FramesReceived, Is.EqualTo(1));
        Assert.That(two.Drain().Where(r => r.Descriptor.Kind == RingKind.Frame), Is.Empty);
        await end.CancelAsync();
        await listening;
    }

    [Test]
    public void AHostMayNotHaveWhatAnotherHas()
    {
        using var a = Host("a", 1);
        using var b = Host("b", 101);
        var (one, two) = (Station(a, "a", 1), Station(b, "b", 2));
        Deadline.Until(() => SeesRadio(a, 2) && SeesRadio(b, 1), "each host has the other's radio");
        using var c = Host("c", 201);
        var thief = Station(c, "c", 1); // a's address
        Deadline.Until(() => a.Daemon.Engine.Radios.Radios.Any(r => r.FullName == "c/phy0"), "a has c's radio");
        Assert.That(a.Daemon.Engine.Radios.Radios.Single(r => r.Owns(Address(1))).FullName, Is.EqualTo("a/phy0"));
        two.SendFrame(0, Data(Address(1), Address(2), 3));
        Assert.That(Frame(one).Payload[^1], Is.EqualTo(3));
        Assert.That(thief.Drain().Where(r => r.Descriptor.Kind == RingKind.Frame), Is.Empty);
    }

    [Test]
    public void AFramesFateIsTheSameOnOneHostAndOnTwo()
    {
        const string Lossy = "seed: 7\nlinks: [{from: a, to: b, loss: 0.6}]";
        List<(bool, ulong)> together, apart;
        using (var one = new TestDaemon($"vms: [{{name: a, socket: a.sock}}, {{name: b, socket: b.sock}}]\n{Lossy}"))
            together = Fates(Station(one, "a", 1), Station(one, "b", 2), 300);
        using (var a = Host("a", 1, more: Lossy))
        using (var b = Host("b", 101, more: Lossy))
        {
            var (from, to) = (Station(a, "a", 1), Station(b, "b", 2));
            Deadline.Until(() => SeesRadio(a, 2), "host a has b's radio");
            apart = Fates(from, to, 300);
        }
        Assert.That(apart, Is.EqualTo(together));
        Assert.That(together.Count(fate => fate.Item1), Is.InRange(60, 240), "some are lost, some are not");
    }

    [Test]
    public void LoneFramesCrossAndManyAtOnceShareMessagesAndAllArrive()
    {
        using var a = Host("a", 1);
        using var b = Host("b", 101);
        var (one, two) = (Station(a, "a", 1), Station(b, "b", 2));
        Deadline.Until(() => SeesRadio(a, 2) && SeesRadio(b, 1), "each host has the other's radio");
        byte[] frame = Data(Address(2), Address(1), new byte[176]); // 200 B
        List<double> us = [];
        for (int i = 0; i < 3000; i++)
        {
            long sentNs = MonotonicClock.NowNs;
            one.SendFrame(0, frame, TxFlags.NoAck);
            _ = Frame(two);
            if (i >= 1000) // the first are slower: code is compiled
                us.Add((MonotonicClock.NowNs - sentNs) / 1e3);
            _ = one.Drain();
        }
        us.Sort();
        TestContext.Out.WriteLine($"one way, guest to guest, us: p50 {us[us.Count / 2]:0}, p99 {us[us.Count * 99 / 100]:0}, max {us[^1]:0}");

        const int Window = 128, Rounds = 1000;
        long beginNs = MonotonicClock.NowNs;
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < Window; i++)
                one.SendFrame(0, frame, TxFlags.NoAck);
            for (int i = 0; i < Window; i++)
                _ = Frame(two);
        }
        double seconds = (MonotonicClock.NowNs - beginNs) / 1e9;
        var sent = OtherOf(a);
        TestContext.Out.WriteLine($"{Window * Rounds / seconds:0} frames/s of 200 B in windows of {Window}, "
            + $"{(double)sent.FramesSent / sent.MessagesSent:0.0} frames a message, {(double)sent.BytesSent / sent.FramesSent:0} B a frame");
        Assert.That(sent.MessagesSent, Is.LessThan(sent.FramesSent / 2));
        Assert.That(OtherOf(b).FramesReceived, Is.EqualTo(3000 + (Window * Rounds)));
    }

    [Test]
    public void TheConfigurationThatHostsCannotShareIsRefusedWhileTheyRun()
    {
        using var a = Host("a", 1);
        var airtime = new ReplaceMedium(
            a.Daemon.Engine.CurrentMedium with { Timing = Timing.Airtime });
        Assert.That(async () => await a.Daemon.Engine.ApplyAsync(airtime),
            Throws.TypeOf<ShmWifi.Configuration.Text.ConfigurationException>().With.Message.Contains("'timing: airtime' with 'trunk'"));
    }

    [Test]
    public async Task OverTlsTheServerHoldsEachHostToItsName()
    {
        _server.Dispose();
        _server = new NatsServer(ExampleOfUsers(), hasTls: true);
        using var a = Host("h1", 1, access: AccessOf("h1"));
        using var b = Host("h2", 101, access: AccessOf("h2"));
        var (one, two) = (Station(a, "h1", 1), Station(b, "h2", 2));
        Deadline.Until(() => SeesRadio(a, 2) && SeesRadio(b, 1), "each host has the other's radio");
        one.SendFrame(0, Data(Address(2), Address(1), 1));
        Assert.That(Frame(two).Payload[^1], Is.EqualTo(1));
        await using var thief = new NatsConnection(NatsOpts.Default with
        {
            Url = _server.Url,
            AuthOpts = NatsAuthOpts.Default with { Username = "h2", Password = "h2-password" },
            TlsOpts = new NatsTlsOpts { Mode = TlsMode.Require, CaFile = _server.Certificate },
            RequestReplyMode = NatsRequestReplyMode.SharedInbox,
        });
        await thief.PublishAsync("shmwifi.lab1.to.h2.h1", new byte[] { 1 }, serializer: NatsRawSerializer<byte[]>.Default); // as h1
        await thief.PublishAsync("shmwifi.lab1.to.h1.h2", new byte[] { 1 }, serializer: NatsRawSerializer<byte[]>.Default);
        Deadline.Until(() => OtherOf(a).Malformed == 1, "h1 gets what h2 says");
        await Task.Delay(100);
        Assert.That(OtherOf(b).Malformed, Is.Zero, "nobody says anything in h1's name");

        var (near, far) = (a.Daemon.Snapshots.Trunk!.Medium, b.Daemon.Snapshots.Trunk!.Medium);
        await near.ApplyAsync(_ => new SetPropagation(new FreeSpacePropagation()));
        Deadline.Until(() => far.Current.Number == near.Current.Number, "h2 has h1's change");
        await thief.PublishAsync("shmwifi.lab1.change.h1", new byte[] { 1 }, serializer: NatsRawSerializer<byte[]>.Default);
        await near.ApplyAsync(_ => new SetPropagation(null));
        Assert.That(near.Current.Number, Is.EqualTo(3), "nobody changes anything in h1's name");
    }

    private static string PathOfExample(string name) => Path.Combine(Checkout.Root, "packaging/trunk", name);

    /// <summary>These are the server's own here.</summary>
    private static string ExampleOfUsers() => string.Join('\n', File.ReadLines(PathOfExample("nats-server.conf"))
        .Where(line => !((string[])["listen:", "tls ", "jetstream "]).Any(own => line.StartsWith(own, StringComparison.Ordinal))));

    private string AccessOf(string host)
    {
        string credentials = _server.PathOf($"{host}.credentials");
        File.WriteAllText(credentials, File.ReadAllText(PathOfExample("h1.credentials")).Replace("h1", host, StringComparison.Ordinal));
        return $", credentials: \"{credentials}\", authorities: \"{_server.Certificate}\"";
    }

    private TestDaemon Host(string name, int firstVm, string? second = null, string more = "", string access = "", string grace = "2s") =>
        TrunkHost.Start(_server, name, firstVm, second, more, access, grace);

    private static async Task Count(NatsConnection client, Action count, CancellationToken end)
    {
        try
        {
            await foreach (var _ in client.SubscribeAsync("shmwifi.lab1.to.>", serializer: NatsRawSerializer<byte[]>.Default, cancellationToken: end))
                count();
        }
        catch (OperationCanceledException)
        {
            // It is the end.
        }
    }

    private static async Task Record(NatsConnection client, TaskCompletionSource<byte[]> recorded, CancellationToken end)
    {
        try
        {
            await foreach (var message in client.SubscribeAsync("shmwifi.lab1.to.b.a", serializer: NatsRawSerializer<byte[]>.Default,
                cancellationToken: end))
            {
                if (message.Data is [_, _, _, (byte)TrunkMessageKind.Frames, ..])
                    _ = recorded.TrySetResult(message.Data);
            }
        }
        catch (OperationCanceledException)
        {
            // It is the end.
        }
    }
}
