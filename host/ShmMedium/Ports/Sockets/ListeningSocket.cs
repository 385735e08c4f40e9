using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.Sockets;

/// <summary>A Unix stream socket that QEMU, or a client of the control API, connects to; removed when disposed, unless it stays behind.</summary>
/// <remarks>Who has the lock of <c>PATH.lock</c> owns the path, as long as it lives: of two daemons that start at once, one gets it, and the other
/// can neither take a served socket for a dead one's nor remove it.</remarks>
internal sealed unsafe class ListeningSocket : IDisposable
{
    private const int Backlog = 256; // a client that does not wait is refused beyond it
    private readonly FileDescriptor _socket;
    private readonly FileLock _lock;

    private Action? _removed;

    private ListeningSocket(FileDescriptor socket, FileLock fileLock, string path) => (_socket, _lock, Path) = (socket, fileLock, path);

    /// <summary>The socket.</summary>
    public int Descriptor => _socket.Descriptor;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Goes on with one that another process of this daemon opened, and left.</summary>
    /// <param name="socket">Listens; owned from now on.</param>
    /// <param name="lockFile">Has the lock of its path; owned from now on.</param>
    public static ListeningSocket TakeOver(string path, FileDescriptor socket, FileDescriptor lockFile) =>
        new(socket, FileLock.Of($"{path}.lock", lockFile), path);

    /// <summary>What has its lock, for whoever keeps it on.</summary>
    public int LockDescriptor => _lock.Descriptor;

    /// <summary>Whether it is listened at, and locked, after this has been disposed, by whoever keeps it on.</summary>
    public bool StaysBehind { get; set; }

    /// <summary>Has something done when it is removed.</summary>
    public void OnRemoved(Action removed) => _removed = removed;

    /// <summary>Listens. A socket that a dead daemon left behind is replaced; one that is served is not.</summary>
    /// <param name="path">At most 107 bytes.</param>
    /// <exception cref="LibCException">It cannot be made there.</exception>
    public static ListeningSocket Open(string path, SocketAccess access)
    {
        var fileLock = FileLock.TryTake($"{path}.lock") ?? throw ServedByAnother(path);
        FileDescriptor? listener = null;
        bool isBound = false;
        try
        {
            listener = FileDescriptor.Of(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
            RemoveStale(path);
            Bind(listener, path, access);
            isBound = true;
            if (access.Uid is not null || access.Gid is not null)
                Accounts.Give(path, access.Uid, access.Gid);
            LibCException.ThrowIfFailed(listen(listener.Descriptor, Backlog), $"listen on {path}");
            return new ListeningSocket(listener, fileLock, path);
        }
        catch
        {
            listener?.Dispose();
            if (isBound)
                Remove(path);
            fileLock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        if (StaysBehind)
        {
            _lock.Leave();
            return;
        }
        Remove(Path);
        _removed?.Invoke();
        _lock.Dispose(); // last: then another may have the path
    }

    /// <summary>Nobody can open it before it has its owner: nobody listens yet.</summary>
    private static void Bind(FileDescriptor listener, string path, SocketAccess access)
    {
        const ushort AllBits = 0x1ff;
        var mask = umask((ushort)(AllBits & ~access.Mode));
        int bound = UnixAddress.Bind(listener.Descriptor, path);
        int error = errno;
        _ = umask(mask);
        if (bound < 0)
            throw new LibCException($"bind {path}", error);
    }

    /// <summary>Who has the lock need fear no other daemon of ours; but what is there may be another program's.</summary>
    private static void RemoveStale(string path)
    {
        using var probe = FileDescriptor.Of(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
        int connected = UnixAddress.Connect(probe.Descriptor, path);
        int error = errno;
        if (connected == 0)
            throw ServedByAnother(path);
        // connect(2) refuses on any file that is no socket, too; EACCES: a dead daemon gave it to a VM's user
        if ((error == ECONNREFUSED || error == EACCES) && FileTypes.At(path) == FileType.Socket)
            Remove(path);
    }

    private static LibCException ServedByAnother(string path) => new($"listen on {path}: another daemon serves it", EADDRINUSE);

    private static void Remove(string path)
    {
        fixed (byte* name = CString.Of(path))
            _ = unlink(name);
    }
}
