using System.Net.Sockets;
using System.Text;

namespace ShmWifi.Lab.Guest;

/// <summary>One connection to a guest's exec agent, over one virtio-serial port; one command at a time.</summary>
/// <remarks>
/// Protocol: the host sends "ID SECONDS BASE64-OF-SCRIPT\n"; the agent answers "ID O LINE\n" for each line of output,
/// then "ID X EXITCODE\n" (see qemu/guest-image/README.md). ID is a decimal number. Lines with
/// another ID belong to a command that an earlier holder of the channel gave up on.
/// QEMU serves one client a socket, so a lock file beside the socket says which process holds it.
/// </remarks>
internal sealed class GuestChannel : IDisposable
{
    private static int _commands;

    private readonly FileStream _lock;
    private readonly Socket _socket;
    private readonly StreamReader _reader;

    private GuestChannel(FileStream @lock, Socket socket)
    {
        _lock = @lock;
        _socket = socket;
        _reader = new StreamReader(new NetworkStream(socket));
    }

    /// <summary>Connects to a port.</summary>
    /// <returns>Null when another process or channel holds the port.</returns>
    public static GuestChannel? TryOpen(string socketPath)
    {
        FileStream @lock;
        try
        {
            @lock = new FileStream(socketPath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null; // locked
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(socketPath));
            return new GuestChannel(@lock, socket);
        }
        catch
        {
            socket.Dispose();
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Runs a shell script in the guest.</summary>
    /// <param name="script">For the guest's /bin/sh.</param>
    /// <param name="timeout">After this the agent ends it; rounded up to seconds.</param>
    /// <param name="onLine">Called for each line of output as it comes, without its end; may be null.</param>
    /// <param name="cancellation">Gives up on the command; the channel must be closed then.</param>
    public async Task<GuestResult> RunAsync(string script, TimeSpan timeout, Action<string>? onLine, CancellationToken cancellation)
    {
        string id = $"{Environment.ProcessId}{Interlocked.Increment(ref _commands):D6}";
        string command = $"{id} {Math.Ceiling(timeout.TotalSeconds)} {Convert.ToBase64String(Encoding.UTF8.GetBytes(script))}\n";
        for (ReadOnlyMemory<byte> rest = Encoding.ASCII.GetBytes(command); rest.Length > 0;)
            rest = rest[await _socket.SendAsync(rest, cancellation)..];
        var output = new StringBuilder();
        while (await _reader.ReadLineAsync(cancellation) is { } answer)
        {
            string[] fields = answer.Split(' ', 3);
            if (fields[0] != id)
                continue;
            if (fields is [_, "X", var code])
                return new GuestResult(int.Parse(code), output.ToString());
            string line = fields.Length == 3 ? fields[2] : "";
            output.Append(line).Append('\n');
            onLine?.Invoke(line);
        }

        throw new EndOfStreamException("QEMU closed the channel");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
        _lock.Dispose();
    }
}
