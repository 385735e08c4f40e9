using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Control;
using ShmWifi.ShmMedium.Ports.Sockets;
using ShmWifi.ShmMedium.Telemetry;

namespace ShmWifi.Tests.Unit.ShmMedium.Control;

/// <summary>The real server on a real Unix socket, before a medium without frames.</summary>
internal sealed class ControlHarness : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shmwifi-control").FullName;
    private readonly ControlServer _server;
    private readonly List<string> _warnings = [];
    private readonly List<(string Old, string New)> _oldNames = [];

    public ControlHarness()
    {
        Socket = Path.Combine(_folder, "control.sock");
        Configuration =
            DaemonConfiguration.Parse("vms: [{name: ap, socket: ap.sock}, {name: sta1, socket: sta1.sock}, {name: sta2, socket: sta2.sock}]",
            Path.Combine(_folder, "medium.yaml"));
        _server = Serve(Socket);
        _server.Start();
        Http = Connect();
    }

    public static MediumSnapshot Snapshot { get; } = new(new MediumTotals(12, 3400, 11, 1, 0, 0, 0, 0, 0, 0), [], [], null, null);

    public string Folder => _folder;

    public string Socket { get; }

    public DaemonConfiguration Configuration { get; }

    public SimulatedMedium Medium { get; } = new();

    public SimulatedCaptures Captures { get; } = new();

    public HttpClient Http { get; }

    /// <summary>What the server told of faults of its own: none should be.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            lock (_warnings)
                return [.. _warnings];
        }
    }

    /// <summary>What the server told of old names that clients used.</summary>
    public IReadOnlyList<(string Old, string New)> OldNames
    {
        get
        {
            lock (_oldNames)
                return [.. _oldNames];
        }
    }

    /// <summary>Another server of the same medium, which does not answer yet.</summary>
    public ControlServer Serve(string socket) =>
        new(ListeningSocket.Open(socket, new SocketAccess()), web: null, ControlRights.OwnersOnly, Medium, Configuration, () => Snapshot, Captures,
            Warn, WarnOldName);

    /// <summary>Another client.</summary>
    public HttpClient Connect() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://localhost/") };

    /// <summary>A client that speaks bytes.</summary>
    public NetworkStream ConnectRaw()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        socket.Connect(new UnixDomainSocketEndPoint(Socket));
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>One request.</summary>
    public async Task<Answer> SendAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    public void Dispose()
    {
        Http.Dispose();
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Warn(string message)
    {
        lock (_warnings)
            _warnings.Add(message);
    }

    private void WarnOldName(string oldName, string newName)
    {
        lock (_oldNames)
            _oldNames.Add((oldName, newName));
    }
}

/// <summary>What a server answered.</summary>
internal sealed record Answer(HttpStatusCode Status, string? ContentType, string Text, string? Location, IReadOnlyList<string> Allow)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) => new(
        response.StatusCode,
        response.Content.Headers.ContentType?.MediaType,
        await response.Content.ReadAsStringAsync(),
        response.Headers.Location?.ToString(),
        [.. response.Content.Headers.Allow]);

    /// <summary>The errors of a problem: "field: message".</summary>
    public IReadOnlyList<string> Errors => [.. Json["errors"]?.AsArray().Select(e => $"{e!["field"]}: {e["message"]}") ?? []];
}
