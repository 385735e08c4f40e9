using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace ShmWifi.Lab.Qemu;

/// <summary>A connection to a QEMU's monitor socket. One command at a time; events are passed over.</summary>
internal sealed class QmpClient : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;

    private QmpClient(Socket socket)
    {
        _socket = socket;
        var stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(stream);
        _writer = new StreamWriter(stream) { AutoFlush = true };
    }

    /// <summary>Connects and ends the negotiation of capabilities.</summary>
    /// <param name="path">The socket of <c>-qmp unix:…</c>.</param>
    public static async Task<QmpClient> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            var client = new QmpClient(socket);
            await client._reader.ReadLineAsync(cancellation); // the greeting
            await client.ExecuteAsync("qmp_capabilities", cancellation);
            return client;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Runs a command.</summary>
    /// <param name="command">"quit", "query-status", "stop", "cont".</param>
    /// <param name="arguments">By name; null: none.</param>
    /// <returns>The value of "return"; null when QEMU closed the connection instead, as "quit" may make it.</returns>
    /// <exception cref="LabException">QEMU refused the command.</exception>
    public async Task<JsonNode?> ExecuteAsync(string command, CancellationToken cancellation, JsonObject? arguments = null)
    {
        var request = new JsonObject { ["execute"] = command };
        if (arguments is not null)
            request["arguments"] = arguments;
        await _writer.WriteAsync(request.ToJsonString().AsMemory(), cancellation);
        while (await _reader.ReadLineAsync(cancellation) is { } line)
        {
            var answer = JsonNode.Parse(line)!;
            if (answer["error"] is { } error)
                throw new LabException($"QEMU refused '{command}': {error["desc"]}");
            if (answer["return"] is { } result)
                return result;
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
    }
}
