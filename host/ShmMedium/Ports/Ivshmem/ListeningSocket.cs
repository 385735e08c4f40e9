using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.Ivshmem;

/// <summary>A Unix stream socket that QEMU, or a client of the control API, connects to; mode 0660, removed when disposed.</summary>
internal sealed unsafe class ListeningSocket : IDisposable
{
    private const int Backlog = 256; // a client that does not wait is refused beyond it
    private const ushort OwnerAndGroup = 0x1b0; // 0660
    private readonly FileDescriptor _socket;

    private ListeningSocket(FileDescriptor socket, string path, string? vmName)
    {
        _socket = socket;
        Path = path;
        VmName = vmName;
    }

    /// <summary>The socket.</summary>
    public int Descriptor => _socket.Descriptor;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The VM that it is for; null: any, named by the server, or none.</summary>
    public string? VmName { get; }

    /// <summary>Listens. A socket that a dead daemon left behind is replaced; one that is served is not.</summary>
    /// <param name="path">At most 107 bytes.</param>
    /// <param name="vmName">The VM that it is for, or null.</param>
    /// <param name="group">Group to give it to, or null.</param>
    /// <exception cref="LibCException">It cannot be made there.</exception>
    public static ListeningSocket Open(string path, string? vmName, string? group)
    {
        var listener = FileDescriptor.Of(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
        try
        {
            RemoveStale(path);
            var mask = umask(0x1ff & ~OwnerAndGroup);
            int bound = UnixAddress.Bind(listener.Descriptor, path);
            int bindError = errno;
            _ = umask(mask);
            if (bound < 0)
                throw new LibCException($"bind {path}", bindError);
            if (group is not null)
                GiveTo(path, group);
            LibCException.ThrowIfFailed(listen(listener.Descriptor, Backlog), $"listen on {path}");
            return new ListeningSocket(listener, path, vmName);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        Remove(Path);
    }

    private static void RemoveStale(string path)
    {
        using var probe = FileDescriptor.Of(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
        int connected = UnixAddress.Connect(probe.Descriptor, path);
        int error = errno;
        if (connected == 0)
            throw new LibCException($"listen on {path}: another daemon serves it", EADDRINUSE);
        if (error == ECONNREFUSED && IsSocket(path))
            Remove(path);
    }

    /// <summary>connect(2) refuses on any file that is no socket, too; open(2) fails with ENXIO on a socket.</summary>
    private static bool IsSocket(string path)
    {
        using var file = FileDescriptor.Open(path, O_RDONLY | O_NONBLOCK);
        return file is null && errno == ENXIO;
    }

    private static void Remove(string path)
    {
        fixed (byte* name = CString.Of(path))
            _ = unlink(name);
    }

    private static void GiveTo(string path, string groupName)
    {
        var entry = getgrnam(groupName);
        if (entry == null)
            throw new LibCException($"socketGroup {groupName}: no such group", ENOENT);
        fixed (byte* name = CString.Of(path))
            LibCException.ThrowIfFailed(chown(name, uint.MaxValue, entry->gr_gid), $"give {path} to group {groupName}");
    }
}
