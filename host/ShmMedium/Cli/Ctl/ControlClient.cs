using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ShmWifi.ShmMedium.Control;

namespace ShmWifi.ShmMedium.Cli.Ctl;

/// <summary>A client of a daemon's control API.</summary>
internal sealed class ControlClient : IDisposable
{
    private readonly string _socket;
    private readonly HttpClient _http;

    /// <summary>A client that connects when it must.</summary>
    public ControlClient(string socket)
    {
        _socket = socket;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false })
        {
            BaseAddress = new Uri("http://localhost/v1/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>The path of a resource below /v1/.</summary>
    /// <param name="segments">As they are; a slash within one is escaped.</param>
    public static string PathOf(params IEnumerable<string> segments) => string.Join('/', segments.Select(Uri.EscapeDataString));

    /// <summary>Asks, and returns what the answer's body is.</summary>
    /// <param name="path">Below /v1/.</param>
    /// <param name="body">JSON or YAML; null: none.</param>
    /// <exception cref="CtlException">The daemon refused, or is not there.</exception>
    public async Task<string> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellation)
    {
        using var answer = await SendAsync(method, path, body, HttpCompletionOption.ResponseContentRead, cancellation);
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    /// <summary>Reads the lines of an answer that goes on.</summary>
    public async IAsyncEnumerable<string> ReadLinesAsync(string path,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, HttpCompletionOption.ResponseHeadersRead, cancellation);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation), Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellation) is { } line)
            yield return line;
    }

    /// <summary>Reads an answer that goes on, as it comes.</summary>
    /// <returns>What <paramref name="read"/> returned: at the end of what the daemon sent, or before.</returns>
    /// <exception cref="CtlException">The daemon refused, is not there, or went.</exception>
    public async Task<T> ReadAsync<T>(string path, Func<Stream, Task<T>> read, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, HttpCompletionOption.ResponseHeadersRead, cancellation);
        try
        {
            return await read(await answer.Content.ReadAsStreamAsync(cancellation));
        }
        catch (HttpIOException)
        {
            throw new CtlException("the daemon ended");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body, HttpCompletionOption completion,
        CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        try
        {
            var answer = await _http.SendAsync(request, completion, cancellation);
            if (answer.IsSuccessStatusCode)
                return answer;
            using (answer)
                throw new CtlException(Refusal(answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation)));
        }
        catch (HttpRequestException exception)
        {
            throw new CtlException(exception.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied }
                ? $"{_socket}: not yours to open; be its owner or in its group (control: group)"
                : $"{_socket}: {exception.InnerException?.Message ?? exception.Message}; does the daemon run?");
        }
    }

    /// <summary>A line for each field that is wrong.</summary>
    private static string Refusal(HttpStatusCode status, string body)
    {
        ControlProblem? problem = null;
        try
        {
            problem = JsonSerializer.Deserialize(body, ControlJson.Default.ControlProblem);
        }
        catch (JsonException)
        {
            // It is not of our daemon.
        }
        if (problem is null)
            return $"the daemon answers {(int)status} {status}";
        return problem.Errors is { Count: > 0 } errors ? string.Join('\n', errors.Select(Line)) : problem.Detail ?? status.ToString();
    }

    private static string Line(FieldError error) =>
        error.Field.Length == 0 || error.Message.StartsWith($"'{error.Field}' ", StringComparison.Ordinal)
            ? error.Message
            : $"{error.Field}: {error.Message}";

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
