using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ShmWifi.Configuration;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.ShmMedium.Ports.Sockets;
using ShmWifi.ShmMedium.Telemetry;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Control;

/// <summary>The control API: HTTP/1.1 on a Unix socket, and on TCP for browsers, which get the page with it.</summary>
/// <remarks>ASP.NET Core starts when the first client connects: a medium that nobody controls does without its memory, some 25 MB.</remarks>
internal sealed class ControlServer : IDisposable
{
    private const int HeaderBytes = 16 << 10;
    private const int HeaderLines = 64;
    private static readonly TimeSpan s_headersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_idleTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(1);
    private readonly ListeningSocket? _socket;
    private readonly WebListener? _web;
    private readonly Func<WebApplication> _build;
    private readonly Thread _starter;
    private readonly EventFd _stopEvent = new();
    private WebApplication? _application; // of the starter until it has ended

    /// <summary>A server that does not answer yet.</summary>
    /// <param name="socket">Where clients connect; the server disposes of it; null: nowhere.</param>
    /// <param name="web">Where browsers connect; the server disposes of it; null: nowhere.</param>
    /// <param name="rights">What they may do.</param>
    /// <param name="medium">What it reads and changes.</param>
    /// <param name="configuration">Of the daemon; its medium is that of the start.</param>
    /// <param name="snapshot">What the daemon has done so far.</param>
    /// <param name="captures">What it starts and ends.</param>
    /// <param name="warn">Takes what went wrong in the daemon itself.</param>
    /// <param name="warnOldName">Takes an old name that a client used, and the new one; once.</param>
    public ControlServer(ListeningSocket? socket, WebListener? web, ControlRights rights, IControlledMedium medium, DaemonConfiguration configuration,
        Func<MediumSnapshot> snapshot, ICaptures captures, Action<string> warn, Action<string, string> warnOldName)
    {
        _socket = socket;
        _web = web;
        _build = () => ControlApplication.Build(Listen, web?.Token, rights, medium, configuration, snapshot, captures, warn, warnOldName);
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
        if (_application is not null)
        {
            using var timeout = new CancellationTokenSource(s_stopTimeout);
            _application.StopAsync(timeout.Token).GetAwaiter().GetResult();
            ((IDisposable)_application).Dispose();
        }
        _web?.Dispose();
        _socket?.Dispose();
        _stopEvent.Dispose();
    }

    private void Listen(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxConcurrentConnections = DescriptorBudget.Clients();
        options.Limits.MaxConcurrentUpgradedConnections = 0;
        options.Limits.MaxRequestHeadersTotalSize = HeaderBytes;
        options.Limits.MaxRequestHeaderCount = HeaderLines;
        options.Limits.MaxRequestBodySize = RequestBody.DrainLimit;
        options.Limits.RequestHeadersTimeout = s_headersTimeout;
        options.Limits.KeepAliveTimeout = s_idleTimeout;
        if (_socket is not null)
            Listen(_socket.Descriptor, ControlRights.Identify);
        if (_web is not null)
            Listen(_web.Descriptor, WebRights.Identify);

        void Listen(int descriptor, Func<ConnectionDelegate, ConnectionDelegate> identify) => options.ListenHandle((ulong)descriptor, listener =>
        {
            listener.Protocols = HttpProtocols.Http1;
            listener.Use(identify);
        });
    }

    private void StartWhenWanted()
    {
        const int Nowhere = -1; // poll(2) ignores it
        Span<pollfd> wanted =
        [
            new() { fd = _stopEvent.Descriptor, events = POLLIN },
            new() { fd = _socket?.Descriptor ?? Nowhere, events = POLLIN },
            new() { fd = _web?.Descriptor ?? Nowhere, events = POLLIN },
        ];
        _ = Poll.WaitForAny(wanted, Timeout.InfiniteTimeSpan);
        if (wanted[0].revents != 0)
            return;
        _application = _build();
        _application.StartAsync().GetAwaiter().GetResult();
    }
}
