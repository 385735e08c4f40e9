using System.Net;
using System.Text;

namespace ShmWifi.ShmMedium.Telemetry;

/// <summary><c>/metrics</c> for Prometheus, over HTTP.</summary>
/// <remarks>.NET's HttpListener: ASP.NET Core would take some 25 MB, for one page.</remarks>
internal sealed class MetricsServer : IDisposable
{
    private const int Clients = 8;
    private const string Page = "/metrics";
    private static readonly TimeSpan s_clientLimit = TimeSpan.FromSeconds(10);
    private readonly HttpListener _listener = new();
    private readonly SemaphoreSlim _free = new(Clients);
    private readonly MediumMeter _meter;

    private MetricsServer(IPEndPoint at, MediumMeter meter)
    {
        _meter = meter;
        bool isAny = at.Address.Equals(IPAddress.Any) || at.Address.Equals(IPAddress.IPv6Any);
        string host = isAny ? "+" : at.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{at.Address}]" : at.Address.ToString();
        _listener.Prefixes.Add($"http://{host}:{at.Port}/");
    }

    /// <summary>Answers from now on.</summary>
    /// <param name="warn">Told that it cannot: the medium is served all the same.</param>
    public static MetricsServer Start(IPEndPoint at, MediumMeter meter, Action<string> warn)
    {
        var server = new MetricsServer(at, meter);
        try
        {
            server._listener.Start();
            _ = server.ServeAsync();
        }
        catch (HttpListenerException exception)
        {
            warn($"metrics: nobody can read them at {at}: {exception.Message}; give 'metrics' another address, "
                + "or the service a network (docs/web.md)");
        }
        return server;
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                await _free.WaitAsync();
                var context = await _listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context));
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // It is closed.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var response = context.Response;
        try
        {
            bool isPage = context.Request.Url?.AbsolutePath == Page && context.Request.HttpMethod is "GET" or "HEAD";
            byte[] body = Encoding.UTF8.GetBytes(isPage ? PrometheusText.Collect(_meter.Meter) : $"{Page} is what there is\n");
            response.StatusCode = isPage ? 200 : 404;
            response.ContentType = isPage ? PrometheusText.ContentType : "text/plain";
            response.ContentLength64 = body.Length;
            if (context.Request.HttpMethod != "HEAD")
                await response.OutputStream.WriteAsync(body).AsTask().WaitAsync(s_clientLimit);
            response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or IOException or TimeoutException or ObjectDisposedException)
        {
            response.Abort(); // the client has gone, or does not read
        }
        finally
        {
            _free.Release();
        }
    }
}
