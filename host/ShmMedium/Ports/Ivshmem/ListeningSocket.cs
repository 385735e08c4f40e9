using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Medium.Ports.Ivshmem;

/// <summary>A Unix stream socket that QEMU, or a client of the control API, connects to; mode 0660, removed when disposed.</summary>
public sealed unsafe class ListeningSocket : IDisposable
{
    private const int Backlog = 256; // a client that does not wait is refused beyond it
    private const uint OwnerAndGroup = 0x1b0; // 0660

    private ListeningSocket(int descriptor, string path, string? vmName)
    {
        Descriptor = descriptor;
        Path = path;
        VmName = vmName;
    }

    /// <summary>The socket.</summary>
    public int Descriptor { get; }

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
        sockaddr_un address = UnixAddress.Of(path);
        int descriptor = LibCException.ThrowIfFailed(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
        try
        {
            RemoveStale(path, &address);
            uint mask = umask(0x1ff & ~OwnerAndGroup);
            int bound = bind(descriptor, &address, (uint)sizeof(sockaddr_un));
            int bindError = errno;
            _ = umask(mask);
            if (bound < 0)
                throw new LibCException($"bind {path}", bindError);
            if (group is not null)
                LibCException.ThrowIfFailed(chown(path, uint.MaxValue, GroupId(group)), $"give {path} to group {group}");
            LibCException.ThrowIfFailed(listen(descriptor, Backlog), $"listen on {path}");
            return new ListeningSocket(descriptor, path, vmName);
        }
        catch
        {
            _ = close(descriptor);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = close(Descriptor);
        _ = unlink(Path);
    }

    private static void RemoveStale(string path, sockaddr_un* address)
    {
        int probe = LibCException.ThrowIfFailed(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
        int connected = connect(probe, address, (uint)sizeof(sockaddr_un));
        int error = errno;
        _ = close(probe);
        if (connected == 0)
            throw new LibCException($"listen on {path}: another daemon serves it", EADDRINUSE);
        if (error == ECONNREFUSED && IsSocket(path))
            _ = unlink(path);
    }

    /// <summary>connect(2) refuses on any file that is no socket, too; open(2) fails with ENXIO on a socket.</summary>
    private static bool IsSocket(string path)
    {
        int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
        if (descriptor < 0)
            return errno == ENXIO;
        _ = close(descriptor);
        return false;
    }

    private static uint GroupId(string name)
    {
        group* entry = getgrnam(name);
        return entry == null ? throw new LibCException($"socketGroup {name}: no such group", ENOENT) : entry->gr_gid;
    }
}
