using System.Text;

namespace ShmWifi.Configuration;

/// <summary>What the path of an AF_UNIX socket may be.</summary>
public static class SocketPath
{
    /// <summary>Bytes of a path in sockaddr_un (108) less its NUL; QEMU refuses the same length.</summary>
    public const int MaxBytes = 107;

    /// <summary>Why this path cannot be a socket's.</summary>
    /// <returns>null when it can.</returns>
    public static string? Problem(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        int bytes = Encoding.UTF8.GetByteCount(path);
        if (bytes > MaxBytes)
            return $"socket path '{path}' has {bytes} bytes; a Unix socket's path has at most {MaxBytes}: use a shorter folder";
        return path.Any(char.IsControl) ? "socket path has a control character in it" : null;
    }
}
