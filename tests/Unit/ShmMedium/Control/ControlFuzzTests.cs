using System.Net;
using System.Text;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.Tests.Unit.ShmMedium.Control;

/// <summary>Requests that no honest client sends: each is answered, and none is a fault of the server.</summary>
public sealed class ControlFuzzTests
{
    private const int Seed = 4;
    private static readonly string[] s_paths =
    [
        "/v1/medium", "/v1/timing", "/v1/seed", "/v1/propagation", "/v1/fading", "/v1/errorTable", "/v1/radios/sta1", "/v1/links/ap/sta1",
        "/v1/faults", "/v1/faults/f", "/v1/schedule",
    ];

    private static readonly string[] s_methods = ["GET", "PUT", "POST", "PATCH", "DELETE"];

    private static readonly string[] s_bodies =
    [
        "{\"seed\": 1, \"timing\": \"airtime\", \"radios\": [{\"radio\": \"ap\", \"position\": [0, 0, 2]}], \"links\": [{\"from\": \"ap\", \"to\": "
            + "\"sta1\", \"snrDb\": 25}], \"errorTable\": \"/x\"}",
        "{\"snrDb\": 10, \"oneWay\": true}",
        "{\"position\": [1, 2, 3], \"velocity\": [0.1, 0, 0], \"txPowerDbm\": 20}",
        "{\"match\": {\"frame\": [\"beacon\", \"eapol3\"], \"to\": \"sta1\", \"ssid\": \"x\"}, \"action\": {\"delay\": \"5ms\"}, \"probability\": "
            + "0.5, \"count\": 3}",
        "[{\"at\": \"10s\", \"link\": {\"from\": \"ap\", \"to\": \"sta1\", \"loss\": 1}}, {\"at\": \"20s\", \"fading\": \"rayleigh\"}]",
        "{\"model\": \"logDistance\", \"exponent\": 3, \"shadowingDb\": 4}",
        "\"airtime\"",
    ];

    private static readonly string[] s_tokens = ["{", "}", "[", "]", ":", ",", "\"", "null", "-1", "1e999", "NaN", "&a", "*a", "!!x", "\u0000",
        "\ud83d\ude00", "%2F", "|", "\n", "true", "---"];

    private ControlHarness _harness = null!;

    [SetUp]
    public void Start() => _harness = new ControlHarness();

    [TearDown]
    public void Stop() => _harness.Dispose();

    [Test]
    public async Task MutatedRequestsAreAnsweredInOrder()
    {
        var random = new Random(Seed);
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            string method = s_methods[random.Next(s_methods.Length)];
            string path = s_paths[random.Next(s_paths.Length)];
            string body = Mutate(random, s_bodies[random.Next(s_bodies.Length)]);
            var answer = await _harness.SendAsync(method, path, body);
            Assert.That((int)answer.Status, Is.InRange(200, 499), $"{method} {path}: {body}\n{answer.Text}");
            if ((int)answer.Status >= 400)
            {
                refused++;
                Assert.That(answer.Json["detail"]!.ToString(), Is.Not.Empty, $"{method} {path}: {body}");
            }
            if (_harness.Medium.CurrentMedium.Faults.Count > MediumLimits.Faults / 2)
                await _harness.Medium.ApplyAsync(new ReplaceMedium(new MediumConfiguration()));
        }
        Assert.That(refused, Is.InRange(100, 2990), "some are right, some are wrong");
        Assert.That(_harness.Warnings, Is.Empty);
    }

    [Test]
    public async Task RandomPathsAreAnswered()
    {
        var random = new Random(Seed);
        for (int i = 0; i < 500; i++)
        {
            string path = "/v1/" + string.Concat(Enumerable.Range(0, random.Next(1, 40))
                .Select(_ => Uri.HexEscape((char)random.Next(256)) is var hex && random.Next(3) == 0 ? hex : "ab/%:?&="[random.Next(8)].ToString()));
            await using Stream client = _harness.ConnectRaw();
            await client.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
            using var reader = new StreamReader(client);
            Assert.That(await reader.ReadToEndAsync(), Does.Match("^HTTP/1.1 (200|40[0-9]) "), path);
        }
        Assert.That(_harness.Warnings, Is.Empty);
    }

    [Test]
    public async Task RandomBytesHarmNobody()
    {
        var random = new Random(Seed);
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = new byte[random.Next(1, 4000)];
            random.NextBytes(bytes);
            await using Stream client = _harness.ConnectRaw();
            if (random.Next(2) == 0)
                await client.WriteAsync("PUT /v1/medium HTTP/1.1\r\n"u8.ToArray());
            await TryWriteAsync(client, bytes);
        }
        Assert.That((await _harness.SendAsync("GET", "/v1/medium")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(_harness.Warnings, Is.Empty);
    }

    [Test]
    public async Task ABodyThatIsNoTextIsRefused()
    {
        using var body = new ByteArrayContent([0xff, 0xfe, 0x7b, 0x7d]);
        using var response = await _harness.Http.PutAsync(new Uri("/v1/medium", UriKind.Relative), body);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("is not UTF-8"));
    }

    private static async Task TryWriteAsync(Stream client, byte[] bytes)
    {
        try
        {
            await client.WriteAsync(bytes);
        }
        catch (IOException)
        {
            // The server closed it at the first byte that is no HTTP.
        }
    }

    private static string Mutate(Random random, string body)
    {
        var text = new StringBuilder(body);
        for (int i = random.Next(4); i > 0; i--)
        {
            int at = random.Next(text.Length + 1);
            switch (random.Next(4))
            {
                case 0:
                    text.Insert(at, s_tokens[random.Next(s_tokens.Length)]);
                    break;
                case 1:
                    text.Remove(at, Math.Min(random.Next(10), text.Length - at));
                    break;
                case 2 when at < text.Length:
                    text[at] = (char)random.Next(1, 128);
                    break;
                default:
                    text.Insert(at, new string("{[\"1"[random.Next(4)], random.Next(200)));
                    break;
            }
        }
        return text.ToString();
    }
}
