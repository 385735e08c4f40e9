using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ShmWifi.Dot11.Rates;
using ShmWifi.Lab;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>Clients of the control API that do what they should not, while frames pass:
/// each gets a clear answer, and the medium is as it was.</summary>
internal sealed class ControlAbuse : IScenario
{
    private const int Clients = 100;
    private const int BodyOctets = 10_000_000;
    private const int FramesAPart = 2000;
    private const int Seed = 4;
    private static readonly byte[] Stations = [1, 2];

    /// <summary>Well-formed requests that are mutated.</summary>
    private static readonly (string Method, string Path, string Body)[] Seeds =
    [
        ("PUT", "/v1/links/tx/rx", """{"snrDb": 40}"""),
        ("PATCH", "/v1/radios/tx", """{"position": [1, 2, 3], "txPowerDbm": 20}"""),
        ("PUT", "/v1/propagation", """{"model": "logDistance", "exponent": 3, "referenceDistance": 1}"""),
        ("PUT", "/v1/fading", """{"model": "rician", "k": 4, "coherenceTime": "20ms"}"""),
        ("PUT", "/v1/faults/one", """{"match": {"frame": ["beacon"], "to": "rx"}, "action": {"delay": "50ms"}, "count": 3}"""),
        ("PUT", "/v1/schedule", """[{"at": "10s", "link": {"from": "tx", "to": "rx", "loss": 0.5}}]"""),
    ];

    /// <inheritdoc/>
    public string Name => "control";

    /// <inheritdoc/>
    public string Description =>
        "fuzzed requests, wrong types, unknown radios, a body of 10 MB, 100 clients at once: clear answers, and a undisturbed medium";

    /// <inheritdoc/>
    public bool NeedsVms => false;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => OwnThread.RunAsync(Name, () => Run(run));

    private static void Run(ScenarioRun run)
    {
        using var medium = new SimulatedMedium(
            """
            links:
              - { from: tx, to: rx, loss: 0 }

            """,
            ("tx", [Stations[0]]),
            ("rx", [Stations[1]]));
        string socket = medium.Daemon.PathOf("control.sock");
        var receiver = medium["rx"].Radios[0];
        var sender = new Sender(medium["tx"], medium["tx"].Radios[0], Stations[1], new FrameShape(PhyRate.Legacy(60), 2412, 256));
        using var http = NewClient(socket);
        _ = Measure(); // the compilers' time
        double[] before = Measure().ToService.Quantiles(0.5, 0.99);
        run.Tell("p50 latency before", "µs", before[0] / 1000);
        run.Tell("p99 latency before", "µs", before[1] / 1000);

        long sent = sender.Radio.Sent;
        long received = receiver.Received;
        var wrongType = During("a wrong type", SendAsync(http, "PUT", "/v1/links/tx/rx", """{"snrDb": "loud"}"""));
        run.Judge("a wrong type: status", "1", wrongType.Status, 400, 400);
        run.Judge("a wrong type: the answer names the field", "1", wrongType.Names("snrDb") ? 1 : 0, 1, 1);

        var unknown = During("an unknown radio", SendAsync(http, "GET", "/v1/radios/rxx", null));
        run.Judge("an unknown radio: status", "1", unknown.Status, 404, 404);
        run.Judge("an unknown radio: the answer names it, and one that is near", "1", unknown.Text.Contains("rxx") && unknown.Text.Contains("'rx'")
            ? 1
            : 0, 1, 1);

        var large = During("a body of 10 MB", SendAsync(http, "PUT", "/v1/medium", new string(' ', BodyOctets)));
        run.Judge("a body of 10 MB: status", "1", large.Status, 413, 413);

        var crowd = During("100 clients at once", CrowdAsync(socket));
        run.Judge("100 clients at once: answered 200", "1", crowd.Count(answer => answer.Status == 200), Clients, Clients);

        int requests = run.Options.IsQuick ? 300 : 3000;
        var fuzzed = During("fuzzed requests", FuzzAsync(http, requests));
        run.Judge($"{requests} fuzzed requests: answered 2xx or 4xx", "1",
            fuzzed.Count(answer => answer.Status is >= 200 and < 300 or >= 400 and < 500), requests, requests);
        run.Tell($"{requests} fuzzed requests: refused", "1", fuzzed.Count(answer => answer.Status >= 400));
        run.Judge($"{requests} fuzzed requests: refusals without a reason in words", "1",
            fuzzed.Count(answer => answer.Status >= 400 && !answer.HasReason), 0, 0);
        run.Judge("frames that did not arrive meanwhile", "1", sender.Radio.Sent - sent - (receiver.Received - received), 0, 0);

        FrameLatencies Measure() => SimulatedMedium.Pace(sender, medium["rx"], FramesAPart, run.Cancellation);

        T During<T>(string what, Task<T> abuse)
        {
            run.Progress.Now($"{run.Name}: {what}");
            var latencies = Measure();
            var result = abuse.GetAwaiter().GetResult();
            double[] quantiles = latencies.ToService.Quantiles(0.5, 0.99);
            run.Tell($"{what}: p50 latency meanwhile", "µs", quantiles[0] / 1000);
            run.Tell($"{what}: p99 latency meanwhile", "µs", quantiles[1] / 1000);
            return result;
        }
    }

    /// <summary>All connect, then all ask.</summary>
    private static async Task<Answer[]> CrowdAsync(string socket)
    {
        HttpClient[] clients = [.. Enumerable.Range(0, Clients).Select(_ => NewClient(socket))];
        try
        {
            return await Task.WhenAll(clients.Select(client => Task.Run(() => SendAsync(client, "GET", "/v1/links", null))));
        }
        finally
        {
            foreach (var client in clients)
                client.Dispose();
        }
    }

    /// <summary>Bodies with bytes changed, doubled or taken away. Those that are still right are for radios that are not there.</summary>
    private static async Task<Answer[]> FuzzAsync(HttpClient http, int requests)
    {
        var random = new Random(Seed);
        var answers = new Answer[requests];
        for (int i = 0; i < requests; i++)
        {
            (string method, string path, string body) = Seeds[random.Next(Seeds.Length)];
            var bytes = new List<byte>(
                Encoding.UTF8.GetBytes(body.Replace("tx", "nobody", StringComparison.Ordinal).Replace("rx", "none", StringComparison.Ordinal)));
            for (int changes = random.Next(1, 8); changes > 0 && bytes.Count > 0; changes--)
            {
                int at = random.Next(bytes.Count);
                switch (random.Next(3))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveAt(at);
                        break;
                    default:
                        bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(40))));
                        break;
                }
            }
            string target = path.Replace("/tx/rx", "/nobody/none", StringComparison.Ordinal).Replace("/tx", "/nobody", StringComparison.Ordinal);
            answers[i] = await SendBytesAsync(http, method, target, [.. bytes]);
        }
        return answers;
    }

    private static Task<Answer> SendAsync(HttpClient http, string method, string path, string? body) =>
        SendBytesAsync(http, method, path, body is null ? null : Encoding.UTF8.GetBytes(body));

    private static async Task<Answer> SendBytesAsync(HttpClient http, string method, string path, byte[]? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { { "Content-Type", "application/json" } } };
        try
        {
            using var answer = await http.SendAsync(request);
            return new Answer((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException exception)
        {
            throw new LabException($"control: {method} {path} got no answer: {exception.InnerException?.Message ?? exception.Message}");
        }
    }

    private static HttpClient NewClient(string socket) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellation) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
            return new NetworkStream(connection, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
        DefaultRequestVersion = HttpVersion.Version11,
    };

    /// <summary>What the API said.</summary>
    /// <param name="Text">The body: problem details (RFC 9457) when it refused.</param>
    private sealed record Answer(int Status, string Text)
    {
        /// <summary>Whether it is an object with a detail or a title in words.</summary>
        public bool HasReason => Parse() is { } problem && (problem["detail"] ?? problem["title"])?.ToString() is { Length: > 0 };

        /// <summary>Whether one of the errors is that of a field.</summary>
        public bool Names(string field) => Parse()?["errors"] is JsonArray errors && errors.Any(error => error?["field"]?.ToString() == field);

        private JsonObject? Parse()
        {
            try
            {
                return JsonNode.Parse(Text) as JsonObject;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
