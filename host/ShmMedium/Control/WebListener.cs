using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace ShmWifi.ShmMedium.Control;

/// <summary>Where browsers connect, and the token that those show whom the kernel does not know.</summary>
internal sealed class WebListener : IDisposable
{
    private const int Backlog = 64;
    private const int TokenBytes = 16; // 128 bits: nobody guesses it
    private readonly Socket _socket;

    private WebListener(Socket socket, string token) => (_socket, Token) = (socket, token);

    /// <summary>The socket.</summary>
    public int Descriptor => (int)_socket.Handle;

    /// <summary>Hexadecimal digits.</summary>
    public string Token { get; }

    /// <summary>Listens.</summary>
    /// <param name="statePath">Beside which the token is, in a file of its own: pages outlive an engine.</param>
    /// <param name="served">Told where the page is, and where the token.</param>
    /// <param name="warn">Told that it cannot: the medium is served all the same.</param>
    public static WebListener? Open(IPEndPoint at, string statePath, Action<string, string> served, Action<string> warn)
    {
        string tokenFile = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(statePath))!, "web-token");
        Socket? socket = null;
        try
        {
            socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp); // refused where a unit allows no network
            socket.Bind(at); // .NET sets SO_REUSEADDR: what an engine before left in TIME_WAIT is no obstacle
            socket.Listen(Backlog);
            var listener = new WebListener(socket, ReadToken(tokenFile));
            served($"http://{at}/", tokenFile);
            return listener;
        }
        catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException)
        {
            socket?.Dispose();
            warn($"web: nobody gets the map at {at}: {exception.Message}; give 'web' another address, or the service a network (docs/web.md)");
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    /// <summary>The token that is there, if it is whole; else a new one.</summary>
    private static string ReadToken(string path)
    {
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: 2 * TokenBytes } kept)
            return kept;
        File.Delete(path);
        string token = RandomNumberGenerator.GetHexString(2 * TokenBytes, lowercase: true);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(Encoding.ASCII.GetBytes(token + "\n"));
        return token;
    }
}
