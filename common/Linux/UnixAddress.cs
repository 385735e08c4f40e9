using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Linux;

/// <summary>Addresses of Unix sockets: unix(7).</summary>
public static unsafe class UnixAddress
{
    private const int MaxLength = 107; // sun_path, less the NUL at its end

    /// <summary>The address of a path.</summary>
    /// <param name="path">At most 107 bytes.</param>
    /// <exception cref="LibCException">It is longer.</exception>
    public static sockaddr_un Of(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var address = new sockaddr_un { sun_family = AF_UNIX };
        byte[] bytes = Encoding.UTF8.GetBytes(path);
        if (bytes.Length > MaxLength)
            throw new LibCException($"socket {path}: the path has {bytes.Length} bytes, a socket's may have {MaxLength}", EINVAL);
        bytes.CopyTo(new Span<byte>(address.sun_path, MaxLength));
        return address;
    }

    /// <summary>The path that a socket is bound to.</summary>
    /// <returns>Null: none.</returns>
    public static string? PathOf(int socket)
    {
        sockaddr_un address;
        socklen_t length = sizeof(sockaddr_un);
        if (getsockname(socket, (sockaddr*)&address, &length) < 0 || address.sun_family != AF_UNIX || address.sun_path[0] == 0)
            return null;
        var path = new ReadOnlySpan<byte>(address.sun_path, MaxLength);
        int end = path.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? path : path[..end]);
    }

    /// <summary>bind(2) to a path.</summary>
    /// <exception cref="LibCException">The path has more than 107 bytes.</exception>
    public static int Bind(int socket, string path)
    {
        var address = Of(path);
        return bind(socket, (sockaddr*)&address, sizeof(sockaddr_un));
    }

    /// <summary>bind(2) or connect(2) to an abstract name.</summary>
    /// <param name="name">At most 107 bytes of ASCII, without the NUL before it.</param>
    public static int ToAbstract(int socket, string name, bool isServer)
    {
        ArgumentNullException.ThrowIfNull(name);
        var address = Of('\0' + name);
        int length = sizeof(ushort) + 1 + name.Length;
        return isServer ? Tmds.Linux.LibC.bind(socket, (sockaddr*)&address, length) : connect(socket, (sockaddr*)&address, length);
    }

    /// <summary>connect(2) to a path.</summary>
    /// <exception cref="LibCException">The path has more than 107 bytes.</exception>
    public static int Connect(int socket, string path)
    {
        var address = Of(path);
        return connect(socket, (sockaddr*)&address, sizeof(sockaddr_un));
    }
}
