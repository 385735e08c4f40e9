using System.Net.Sockets;
using System.Text;

namespace ShmWifi.Medium.Systemd;

/// <summary>Tells systemd how the service is (Type=notify). Does nothing when systemd did not ask.</summary>
/// <remarks>Source: sd_notify(3): datagrams of KEY=VALUE lines to the AF_UNIX socket <c>$NOTIFY_SOCKET</c>.</remarks>
public sealed class SystemdNotifier : IDisposable
{
    private readonly Socket? _socket;

    /// <summary>Connects to a socket.</summary>
    /// <param name="address">An absolute path, or '@' and a name in the abstract namespace; null or empty: nobody asked.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public SystemdNotifier(string? address)
    {
        if (string.IsNullOrEmpty(address))
            return;
        if (address[0] is not ('/' or '@') || address.Length < 2)
            throw new ArgumentException($"NOTIFY_SOCKET is '{address}'; allowed: an absolute path, or '@' and an abstract name", nameof(address));
        _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        _socket.Connect(new UnixDomainSocketEndPoint(address[0] == '@' ? $"\0{address[1..]}" : address));
    }

    /// <summary>Connects to where systemd wants to hear of this process.</summary>
    public static SystemdNotifier FromEnvironment() => new(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

    /// <summary>The service serves: VMs can attach.</summary>
    public void Ready() => Send("READY=1");

    /// <summary>The service is on its way out.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <summary>One line for <c>systemctl status</c>.</summary>
    /// <exception cref="ArgumentException">It is more than a line: the next would be another message.</exception>
    public void Status(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (line.Contains('\n', StringComparison.Ordinal))
            throw new ArgumentException("a status is one line", nameof(line));
        Send($"STATUS={line}");
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _socket?.Dispose();

    private void Send(string message) => _socket?.Send(Encoding.UTF8.GetBytes(message));
}
