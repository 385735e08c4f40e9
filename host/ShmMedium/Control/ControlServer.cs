using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ShmWifi.Linux;
using ShmWifi.Medium.Ports.Ivshmem;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Medium.Control;

/// <summary>The control API: HTTP/1.1 on a Unix socket.</summary>
/// <remarks>Kestrel starts when the first client connects: an air that nobody controls does without its memory, 10 to 25 MB.</remarks>
internal sealed class ControlServer : IDisposable
{
    private const int ConnectionLimit = 256;
    private const int HeaderBytes = 16 << 10;
    private const int HeaderLines = 64;
    private static readonly TimeSpan s_headersPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_idlePatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_stopPatience = TimeSpan.FromSeconds(1);
    private readonly ListeningSocket _socket;
    private readonly ControlApplication _application;
    private readonly Thread _starter;
    private readonly EventFd _stopEvent = new();
    private KestrelServer? _server; // of the starter until it has ended

    /// <summary>A server that does not answer yet.</summary>
    /// <param name="socket">Where clients connect; the server disposes of it.</param>
    /// <param name="routes">What it answers.</param>
    /// <param name="warn">Takes what went wrong in the daemon itself.</param>
    public ControlServer(ListeningSocket socket, RouteTable routes, Action<string> warn)
    {
        _socket = socket;
        _application = new ControlApplication(routes, warn);
        _starter = new Thread(StartWhenWanted) { Name = "control-starter", IsBackground = true };
    }

    /// <summary>Answers from now on.</summary>
    public void Start() => _starter.Start();

    /// <summary>Stops answering; requests that are worked on end first, unless they take too long.</summary>
    public void Dispose()
    {
        _stopEvent.Signal();
        if (_starter.IsAlive)
            _starter.Join();
        _application.EndStreams();
        if (_server is not null)
        {
            using var patience = new CancellationTokenSource(s_stopPatience);
            _server.StopAsync(patience.Token).GetAwaiter().GetResult();
            _server.Dispose();
        }
        _application.Dispose();
        _socket.Dispose();
        _stopEvent.Dispose();
    }

    private static KestrelServerOptions OptionsOf(ListeningSocket socket)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = ConnectionLimit;
        options.Limits.MaxConcurrentUpgradedConnections = 0;
        options.Limits.MaxRequestHeadersTotalSize = HeaderBytes;
        options.Limits.MaxRequestHeaderCount = HeaderLines;
        options.Limits.MaxRequestBodySize = ControlApplication.DrainLimit;
        options.Limits.RequestHeadersTimeout = s_headersPatience;
        options.Limits.KeepAliveTimeout = s_idlePatience;
        options.ListenHandle((ulong)socket.Descriptor, listener => listener.Protocols = HttpProtocols.Http1);
        return options;
    }

    private void StartWhenWanted()
    {
        Span<pollfd> wanted = [new() { fd = _socket.Descriptor, events = POLLIN }, new() { fd = _stopEvent.Descriptor, events = POLLIN }];
        _ = Poll.WaitForAny(wanted, Timeout.InfiniteTimeSpan);
        if (wanted[1].revents != 0)
            return;
        _server = new KestrelServer(
            Options.Create(OptionsOf(_socket)),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        _server.StartAsync(_application, CancellationToken.None).GetAwaiter().GetResult();
    }
}
