using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ShmWifi.Configuration.Medium;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Control;
using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.Tests.Unit.ShmMedium.Control;

/// <summary>What clients do to the server, and what it does about that.</summary>
public sealed class ControlServerTests
{
    private ControlHarness _harness = null!;

    [SetUp]
    public void Start() => _harness = new ControlHarness();

    [TearDown]
    public void Stop()
    {
        var warnings = _harness.Warnings;
        _harness.Dispose();
        Assert.That(warnings, Is.Empty, "faults of the server itself");
    }

    private async Task AssertItAnswersAsync() =>
        Assert.That((await _harness.SendAsync("GET", "/v1/timing")).Text, Is.EqualTo("\"instant\"\n"), "it goes on answering");

    [Test]
    public void OnlyOwnerAndGroupMayOpenTheSocket() => Assert.That(
        File.GetUnixFileMode(_harness.Socket),
        Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite));

    [Test]
    public void TheSocketGoesWithTheServer()
    {
        string path = Path.Combine(_harness.Folder, "other.sock");
        using (_harness.Serve(path))
            Assert.That(File.Exists(path), Is.True);
        Assert.That(File.Exists(path), Is.False);
    }

    [Test]
    public async Task ASocketThatIsServedIsNotTaken()
    {
        Assert.That(() => ListeningSocket.Open(_harness.Socket, new SocketAccess()),
            Throws.TypeOf<LibCException>().With.Message.Contains("another daemon serves it"));
        await AssertItAnswersAsync();
    }

    [Test]
    public async Task ABodyOfTenMegabytesIsRefused()
    {
        var answer = await _harness.SendAsync("PUT", "/v1/medium", new string(' ', 10 << 20));
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(answer.Json["detail"]!.ToString(), Does.Contain("more than 1048576 bytes"));
        Assert.That(_harness.Medium.Changes, Is.Empty);
        await AssertItAnswersAsync();
    }

    [Test]
    public async Task ALongestBodyIsTaken()
    {
        var answer = await _harness.SendAsync("PUT", "/v1/medium", "{}" + new string(' ', RequestBody.Limit - 2));
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.NoContent), answer.Text);
        answer = await _harness.SendAsync("PUT", "/v1/medium", "{}" + new string(' ', RequestBody.Limit - 1));
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task AHundredClientsAtOnceAreAnswered()
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] clients = [.. Enumerable.Range(0, 100).Select(async i =>
        {
            using var http = _harness.Connect();
            await start.Task;
            for (int request = 0; request < 10; request++)
            {
                using var body = new StringContent($"{{\"snrDb\": {i}}}");
                using var answer = await http.PutAsync(new Uri("/v1/links/ap/sta1", UriKind.Relative), body);
                Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            }
        })];
        start.SetResult();
        await Task.WhenAll(clients);
        Assert.That(_harness.Medium.Changes, Has.Count.EqualTo(1000));
        Assert.That(_harness.Medium.CurrentMedium.Links, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ClientsWhoSayNothingHoldNobodyUp()
    {
        Stream[] silent = [.. Enumerable.Range(0, 100).Select(_ => _harness.ConnectRaw())];
        foreach (var client in silent.Take(50))
            await client.WriteAsync("PUT /v1/medium HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"u8.ToArray());
        await AssertItAnswersAsync();
        Array.ForEach(silent, s => s.Dispose());
        await AssertItAnswersAsync();
    }

    [Test]
    public async Task AWatcherReceivesOfChangesAndCounters()
    {
        using var http = _harness.Connect();
        using var stream = await http.GetStreamAsync(new Uri("/v1/watch", UriKind.Relative));
        using var reader = new StreamReader(stream);
        var counters = await NextAsync(reader, "counters");
        Assert.That(counters["counters"]!["frames"]!.GetValue<int>(), Is.EqualTo(12));
        await _harness.SendAsync("PUT", "/v1/links/ap/sta1", "{\"snrDb\": 10}");
        var change = await NextAsync(reader, "change");
        Assert.That(change["change"]!["link"]!["snrDb"]!.GetValue<double>(), Is.EqualTo(10));
        await NextAsync(reader, "counters");
    }

    [Test]
    public async Task AWatcherWhoDoesNotReadLosesOnlyItsOwnEvents()
    {
        using Stream stuck = _harness.ConnectRaw();
        await stuck.WriteAsync("GET /v1/watch HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        byte[] first = new byte[512];
        Assert.That(await stuck.ReadAsync(first), Is.Not.Zero);
        var change = new SetFault(new FaultConfiguration(new string('x', 1000), new FrameMatch(), new DropFault()));
        for (int i = 0; i < 20_000; i++)
            await _harness.Medium.ApplyAsync(change);
        await AssertItAnswersAsync();
        using var reader = new StreamReader(stuck);
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("{\"event\":\"lost\"", StringComparison.Ordinal))
            {
                Assert.That(JsonNode.Parse(line)!["count"]!.GetValue<int>(), Is.Positive);
                return;
            }
        }
        Assert.Fail("was not told that events are lost");
    }

    [Test]
    public void AWatcherDoesNotKeepTheServer()
    {
        using Stream watcher = _harness.ConnectRaw();
        watcher.Write("GET /v1/watch HTTP/1.1\r\nHost: x\r\n\r\n"u8);
        Assert.That(watcher.ReadByte(), Is.EqualTo((int)'H'));
        _harness.Dispose();
        using var reader = new StreamReader(watcher, Encoding.UTF8);
        Assert.That(reader.ReadToEnd(), Does.EndWith("0\r\n\r\n"), "the stream ends in order");
        _harness = new ControlHarness();
    }

    [Test]
    public async Task AFaultOfTheServerItselfIsToldAndLogged()
    {
        _harness.Medium.Failure = new InvalidOperationException("boom");
        var answer = await _harness.SendAsync("PUT", "/v1/timing", "airtime");
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(answer.Text, Does.Not.Contain("boom"));
        Assert.That(_harness.Warnings, Has.One.Contains("boom"));
        _harness.Dispose();
        _harness = new ControlHarness();
    }

    private static async Task<JsonNode> NextAsync(StreamReader reader, string kind)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            var read = JsonNode.Parse(line)!;
            if (read["event"]!.ToString() == kind)
                return read;
        }
        throw new AssertionException($"the stream ended before {kind}");
    }
}
