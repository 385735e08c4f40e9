using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Control;
using ShmWifi.Tests.Unit.ShmMedium.Telemetry;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Control;

/// <summary>The page's listener: who gets what, and what <c>/v1/view</c> tells.</summary>
public sealed class WebTests
{
    private readonly HttpClient _http = new();
    private int _port;
    private TestDaemon _daemon = null!;

    [SetUp]
    public void SetUp()
    {
        _port = Loopback.FreePort();
        _daemon = new TestDaemon(Isolation.Shared, keys: $"web: {_port}");
    }

    [TearDown]
    public void TearDown() => _daemon.Dispose();

    [OneTimeTearDown]
    public void OneTimeTearDown() => _http.Dispose();

    [Test]
    public async Task ThePageIsServedUnderAPolicyThatAllowsNothingFromElsewhere()
    {
        using var answer = await _http.GetAsync(Url("/"));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/html"));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("ShmWifi"));
        Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'self';"));
        Assert.That(answer.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
        Assert.That(answer.Headers.Contains("Set-Cookie"), Is.False);
    }

    [TestCase("/nothing")]
    [TestCase("/../state.json")]
    [TestCase("/%2e%2e/state.json")]
    [TestCase("/page/index.html")]
    public async Task WhatIsNotOfThePageIsNotThere(string path)
    {
        string answer = await RawAsync($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        Assert.That(answer, Does.StartWith("HTTP/1.1 404"));
    }

    [Test]
    public async Task AUserOfThisMachineThatMayUseTheSocketMayUseTheListener()
    {
        using var answer = await _http.PutAsync(Url("/v1/links/vm1/vm2"), new StringContent("{snrDb: 12}"));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(_daemon.Daemon.Engine.CurrentMedium.Links, Has.Count.EqualTo(1));
    }

    [TestCase("Origin: http://evil.example", "another origin")]
    [TestCase("Origin: null", "another origin")]
    [TestCase("Origin: http://127.0.0.1", "another origin")] // another port of this machine
    [TestCase("Sec-Fetch-Site: cross-site", "another site")]
    [TestCase("Sec-Fetch-Site: same-site", "another site")]
    public async Task APageOfAnotherOriginIsRefused(string header, string reason)
    {
        string answer = await RawAsync($"PUT /v1/links/vm1/vm2 HTTP/1.1\r\nHost: 127.0.0.1:{_port}\r\n{header}\r\nContent-Length: 11\r\n"
            + "Connection: close\r\n\r\n{snrDb: 12}");
        Assert.That(answer, Does.StartWith("HTTP/1.1 403").And.Contain(reason));
        Assert.That(_daemon.Daemon.Engine.CurrentMedium.Links, Is.Empty);
    }

    [TestCase("evil.example", "403")]
    [TestCase("localhost.evil.example", "403")]
    [TestCase("localhost", "200")]
    [TestCase("127.0.0.1", "200")]
    [TestCase("[::1]", "200")]
    public async Task ANameThatWasPointedAtThisMachineIsRefused(string host, string code)
    {
        string answer = await RawAsync($"GET /v1/timing HTTP/1.1\r\nHost: {host}:{_port}\r\nConnection: close\r\n\r\n");
        Assert.That(answer, Does.StartWith($"HTTP/1.1 {code}"));
    }

    [Test]
    public async Task OurOwnPageIsServed()
    {
        string answer = await RawAsync($"GET /v1/timing HTTP/1.1\r\nHost: 127.0.0.1:{_port}\r\nOrigin: http://127.0.0.1:{_port}\r\n"
            + "Sec-Fetch-Site: same-origin\r\nConnection: close\r\n\r\n");
        Assert.That(answer, Does.StartWith("HTTP/1.1 200"));
    }

    [Test]
    public async Task WhomTheKernelDoesNotKnowNeedsTheToken()
    {
        int port = Loopback.FreePort();
        using var daemon = new TestDaemon(Isolation.Shared, keys: $"web: 0.0.0.0:{port}");
        if (OwnAddress() is not { } address)
        {
            Assert.Ignore("this machine has no address but its loopback's");
            return;
        }
        var url = new Uri($"http://{address}:{port}/v1/timing");
        using var without = await _http.GetAsync(url);
        Assert.That(without.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await without.Content.ReadAsStringAsync(), Does.Contain("web-token"));
        using var wrong = await GetAsync(url, new string('0', 32));
        Assert.That(wrong.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        string token = (await File.ReadAllTextAsync(daemon.PathOf("web-token"))).Trim();
        using var with = await GetAsync(url, token);
        Assert.That(with.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public void TheTokenIsItsOwnersAloneAndLong()
    {
        string path = _daemon.PathOf("web-token");
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(File.ReadAllText(path).Trim(), Has.Length.EqualTo(32).And.Match("^[0-9a-f]+$"));
    }

    [Test]
    public void AnAddressThatIsTakenIsToldAndTheMediumIsServedAllTheSame()
    {
        using var second = new TestDaemon(Isolation.Shared, keys: $"web: 127.0.0.1:{_port}");
        second.AssertEngineAnswers();
        Assert.That(second.Log.Events.Select(e => e.Message), Has.Some.Contains($"nobody gets the map at 127.0.0.1:{_port}"));
    }

    // 127.0.0.1:40000 to 127.0.0.1:8053, as /proc/net/tcp of a little-endian machine has it.
    [TestCase("   7: 0100007F:9C40 0100007F:1F75 01 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000000000000000", 1000u)]
    [TestCase("   7: 0000000000000000FFFF00000100007F:9C40 0000000000000000FFFF00000100007F:1F75 01 0:0 0:0 0  1000        0 4242 1 0", 1000u)]
    [TestCase("   7: 0100007F:9C40 0100007F:1F75 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000", null)] // TIME_WAIT
    [TestCase("   7: 0100007F:9C40 0100007F:1F75 01 00000000:00000000 00:00000000 00000000     0        0 0 1 0000000000000000", null)] // nobody's
    [TestCase("   7: 0100007F:1F75 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4242 1 0000000000000000", null)] // our end
    [TestCase("   7: 0100007F:9C40 0200007F:1F75 01 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000000000000000", null)]
    [TestCase("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode", null)]
    public void OnlyASocketThatAProcessHasOpenSaysWhoseItIs(string line, uint? owner)
    {
        if (!BitConverter.IsLittleEndian)
            Assert.Ignore("these lines are a little-endian machine's");
        Assert.That(TcpPeer.OwnerOf(line, IPEndPoint.Parse("127.0.0.1:40000"), IPEndPoint.Parse("127.0.0.1:8053")), Is.EqualTo(owner));
    }

    [Test]
    public async Task TheViewTellsRadiosLinksChangesFramesAndCountersAsTheApiHasThem()
    {
        var one = _daemon.Attach(Address(1));
        var other = _daemon.Attach(Address(2));
        using var lines = await FollowAsync();
        var first = await lines.NextAsync(line => line["radios"] is not null);
        Assert.That(first["radios"]!.AsArray().Select(radio => (string)radio!["radio"]!), Is.EquivalentTo(["vm1/phy0", "vm2/phy0"]));
        Assert.That(JsonNode.DeepEquals(first["radios"], await GetJsonAsync("/v1/radios")), first.ToJsonString());
        Assert.That(JsonNode.DeepEquals(first["medium"]!["links"], await GetJsonAsync("/v1/links")));

        using var put = await _http.PutAsync(Url("/v1/links/vm1/vm2"), new StringContent("{snrDb: 7}"));
        var changed = await lines.NextAsync(line => line["changes"] is JsonArray { Count: > 0 });
        Assert.That((double)changed["medium"]!["links"]![0]!["snrDb"]!, Is.EqualTo(7));
        Assert.That(changed["links"]!.AsArray().Select(link => (double)link!["snrDb"]!), Has.All.EqualTo(7));

        one.SendStamped(Data(Address(2), Address(1), new byte[100]));
        _ = other.Receive();
        var frame = (await lines.NextAsync(line => line["frames"] is JsonArray { Count: > 0 }))["frames"]![0]!;
        Assert.That((string)frame["radio"]!, Is.EqualTo("vm1/phy0"));
        Assert.That((string)frame["type"]!, Is.EqualTo("data"));
        Assert.That((string)frame["receiver"]!, Is.EqualTo(Address(2).ToString()));
        Assert.That((bool)frame["acked"]!, Is.True);

        var status = await lines.NextAsync(line => (ulong?)line["status"]?["medium"]?["frames"] == 1);
        Assert.That((string)status["status"]!["vms"]![0]!["name"]!, Is.EqualTo("vm1"));
        Assert.That(lines.Channels.SelectMany(channel => channel.AsArray()).Sum(channel => (long)channel!["frames"]!), Is.EqualTo(1));

        one.Kill();
        var gone = await lines.NextAsync(line => line["gone"] is not null);
        Assert.That((string)gone["gone"]![0]!, Is.EqualTo("vm1/phy0"));
    }

    [Test]
    public async Task TheViewCountsWhatHiddenNodesLoseToEachOther()
    {
        using (var timing = await _http.PutAsync(Url("/v1/timing"), new StringContent("airtime")))
            Assert.That(timing.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        using (var links = await _http.PutAsync(Url("/v1/links/vm2/vm3"), new StringContent("{snrDb: -30}")))
            Assert.That(links.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        _ = _daemon.Attach(Address(1));
        var hidden = (SimulatedGuest[])[_daemon.Attach(Address(2)), _daemon.Attach(Address(3))];
        using var lines = await FollowAsync();
        _ = await lines.NextAsync(line => line["radios"] is not null);
        for (int i = 0; i < 20; i++)
        {
            for (int sender = 0; sender < hidden.Length; sender++)
                hidden[sender].SendFrame(0, Data(Address(1), Address(2 + sender), new byte[1000]));
        }
        var collided = await lines.NextAsync(line => line["frames"]?.AsArray().Any(frame => (int)frame!["collisions"]! > 0) == true);
        Assert.That(collided["frames"]!.AsArray().All(frame => (int)frame!["collisions"]! <= (int)frame["attempts"]!), Is.True);
        _ = await lines.NextAsync(line => line["channels"]?.AsArray().Any(channel => (long)channel!["collisions"]! > 0) == true);
    }

    [Test]
    public async Task ASsidOfAnyOctetsIsHarmlessText()
    {
        var one = _daemon.Attach(Address(1));
        _ = _daemon.Attach(Address(2));
        using var lines = await FollowAsync();
        _ = await lines.NextAsync(line => line["radios"] is not null);
        one.SendFrame(0, Beacon("<img src=x>\u0007\u001b[31m"u8));
        var frame = (await lines.NextAsync(line => line["frames"] is JsonArray { Count: > 0 }))["frames"]![0]!;
        Assert.That((string)frame["ssid"]!, Is.EqualTo(@"<img src=x>\x07\x1b[31m"));
    }

    [Test]
    public async Task APageThatDoesNotReadLosesItsOwnFramesAndIsToldHowMany()
    {
        var one = _daemon.Attach(Address(1));
        var other = _daemon.Attach(Address(2));
        using var client = new TcpClient();
        client.ReceiveBufferSize = 4096;
        await client.ConnectAsync(IPAddress.Loopback, _port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /v1/view HTTP/1.1\r\nHost: 127.0.0.1:{_port}\r\nConnection: close\r\n\r\n"));
        _ = await stream.ReadAsync(new byte[16]); // it is served, and reads no more
        // a second of what it is told is 2 MB, more than two are in nobody's buffers
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(6);)
        {
            one.SendStamped(Data(Address(2), Address(1), new byte[20]));
            _ = other.Receive();
        }
        _daemon.AssertEngineAnswers();
        var all = new StringBuilder();
        byte[] buffer = new byte[65536];
        using var limit = new CancellationTokenSource(Deadline.Limit);
        while (!all.ToString(Math.Max(0, all.Length - 200_000), Math.Min(all.Length, 200_000)).Contains("\"lost\":", StringComparison.Ordinal))
            all.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, limit.Token)));
        Assert.That(all.ToString(), Does.Match("\"lost\":[1-9]"));
    }

    [Test]
    public async Task AViewThatEndsLeavesNothingBehind()
    {
        using (var lines = await FollowAsync())
        {
            _ = await lines.NextAsync(line => line["status"] is not null);
            Assert.That(_daemon.Daemon.Captures.Count, Is.EqualTo(1));
        }
        Deadline.Until(() => _daemon.Daemon.Captures.Count == 0, "the engine shows it nothing more");
    }

    private static byte[] Beacon(ReadOnlySpan<byte> ssid)
    {
        byte[] frame = Data(new ShmWifi.Dot11.Frames.MacAddress(0xffff_ffff_ffff), Address(1), [.. new byte[12], 0, (byte)ssid.Length, .. ssid]);
        frame[0] = 0x80;
        return frame;
    }

    private static IPAddress? OwnAddress() => System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));

    private Uri Url(string path) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}{path}"));

    private async Task<HttpResponseMessage> GetAsync(Uri url, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _http.SendAsync(request);
    }

    private async Task<JsonNode?> GetJsonAsync(string path) => JsonNode.Parse(await _http.GetStringAsync(Url(path)));

    private async Task<string> RawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync();
    }

    private async Task<View> FollowAsync() =>
        new(await _http.GetStreamAsync(Url("/v1/view")));

    private sealed class View(Stream stream) : IDisposable
    {
        private readonly StreamReader _reader = new(stream);

        public List<JsonNode> Channels { get; } = [];

        public async Task<JsonNode> NextAsync(Func<JsonNode, bool> isWanted)
        {
            using var limit = new CancellationTokenSource(Deadline.Limit);
            while (await _reader.ReadLineAsync(limit.Token) is { } text)
            {
                var line = JsonNode.Parse(text)!;
                if (line["channels"] is { } channels)
                    Channels.Add(channels);
                if (isWanted(line))
                    return line;
            }
            throw new AssertionException("the view has ended");
        }

        public void Dispose() => _reader.Dispose();
    }
}
