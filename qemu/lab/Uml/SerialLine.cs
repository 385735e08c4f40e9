using System.Globalization;
using System.Net.Sockets;
using ShmWifi.Linux;
using Tmds.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.Lab.Uml;

/// <summary>A serial port of a guest: a pseudoterminal, which User-Mode-Linux opens, behind a socket that serves one client at a time.</summary>
/// <remarks>
/// What a client sends waits until the guest's program has said something: only then has it the line as it wants it, without echo. What the
/// guest sends while there is no client is in the log alone.
/// </remarks>
internal sealed unsafe class SerialLine : IDisposable
{
    private const int BufferSize = 4096;

    private readonly FileDescriptor _master;
    private readonly FileDescriptor _slave; // kept open: with no holder of it, reading the master fails
    private readonly Socket _listener;
    private readonly FileStream? _log;
    private readonly EventFd _stop = new();
    private readonly Thread _thread;
    private readonly byte[] _buffer = new byte[BufferSize];
    private ReadOnlyMemory<byte> _toGuest; // what the guest has no room for yet
    private bool _hasSpoken;
    private Socket? _client;

    /// <summary>Makes the terminal, and listens.</summary>
    /// <param name="socket">Its path; one that is there is replaced.</param>
    /// <param name="logFile">All that the guest sends is appended here; or null.</param>
    public SerialLine(string socket, string? logFile = null)
    {
        (_master, _slave, Terminal) = OpenTerminal();
        File.Delete(socket);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        _listener.Listen();
        if (logFile != null)
            _log = new FileStream(logFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        _thread = new Thread(Relay) { IsBackground = true, Name = Path.GetFileName(socket) };
        _thread.Start();
    }

    /// <summary>Its terminal, such as /dev/pts/3.</summary>
    public string Terminal { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Signal();
        Volatile.Read(ref _client)?.Dispose(); // which may not take what it is sent
        _thread.Join();
        _client?.Dispose();
        _listener.Dispose();
        _log?.Dispose();
        _slave.Dispose();
        _master.Dispose();
        _stop.Dispose();
    }

    private static (FileDescriptor Master, FileDescriptor Slave, string Name) OpenTerminal()
    {
        var master = FileDescriptor.Open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK) ?? throw new LibCException("open /dev/ptmx");
        int unlocked = 0;
        LibCException.ThrowIfFailed(ioctl(master.Descriptor, TIOCSPTLCK, &unlocked), "unlock a pseudoterminal");
        uint number;
        LibCException.ThrowIfFailed(ioctl(master.Descriptor, TIOCGPTN, &number), "ask for a pseudoterminal's number");
        string name = string.Create(CultureInfo.InvariantCulture, $"/dev/pts/{number}");
        var slave = FileDescriptor.Open(name, O_RDWR | O_NOCTTY) ?? throw new LibCException($"open {name}");
        termios settings;
        LibCException.ThrowIfFailed(tcgetattr(slave.Descriptor, &settings), $"look at {name}");
        cfmakeraw(&settings);
        LibCException.ThrowIfFailed(tcsetattr(slave.Descriptor, (int)TCSANOW, &settings), $"set up {name}");
        return (master, slave, name);
    }

    private void Relay()
    {
        Span<pollfd> watched = stackalloc pollfd[3];
        while (true)
        {
            bool isClientRead = _client != null && _hasSpoken && _toGuest.IsEmpty;
            watched[0] = new pollfd { fd = _stop.Descriptor, events = POLLIN };
            watched[1] = new pollfd { fd = _master.Descriptor, events = _toGuest.IsEmpty ? POLLIN : (short)(POLLIN | POLLOUT) };
            watched[2] = new pollfd
            {
                fd = isClientRead ? (int)_client!.Handle : _client == null ? (int)_listener.Handle : -1, // -1: not watched
                events = POLLIN,
            };
            Poll.WaitForAny(watched, Timeout.InfiniteTimeSpan);
            if (watched[0].revents != 0)
                return;
            if (watched[2].revents != 0 && !isClientRead)
                Volatile.Write(ref _client, _listener.Accept()); // before what the guest sends, which is for this one
            if ((watched[1].revents & POLLIN) != 0)
                FromGuest();
            if ((watched[1].revents & POLLOUT) != 0)
                ToGuest();
            if (watched[2].revents != 0 && isClientRead && _client != null)
                FromClient();
        }
    }

    private void FromGuest()
    {
        Span<byte> bytes = stackalloc byte[BufferSize];
        int length;
        fixed (byte* first = bytes)
            length = (int)read(_master.Descriptor, first, BufferSize);
        if (length <= 0)
            return; // EAGAIN
        _hasSpoken = true;
        _log?.Write(bytes[..length]);
        try
        {
            for (int sent = 0; _client != null && sent < length;)
                sent += _client.Send(bytes[sent..length]);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            CloseClient();
        }
    }

    private void FromClient()
    {
        int length = 0;
        try
        {
            length = _client!.Receive(_buffer);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is gone as one that has closed is.
        }

        if (length == 0)
        {
            CloseClient();
            return;
        }

        _toGuest = _buffer.AsMemory(0, length);
        ToGuest();
    }

    private void ToGuest()
    {
        int written;
        fixed (byte* first = _toGuest.Span)
            written = (int)write(_master.Descriptor, first, _toGuest.Length);
        if (written > 0)
            _toGuest = _toGuest[written..];
    }

    private void CloseClient()
    {
        _client?.Dispose();
        Volatile.Write(ref _client, null);
    }
}
