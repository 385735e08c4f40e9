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

    /// <summary>bind(2) to a path.</summary>
    /// <exception cref="LibCException">The path has more than 107 bytes.</exception>
    public static int Bind(int socket, string path)
    {
        var address = Of(path);
        return bind(socket, (sockaddr*)&address, sizeof(sockaddr_un));
    }

    /// <summary>connect(2) to a path.</summary>
    /// <exception cref="LibCException">The path has more than 107 bytes.</exception>
    public static int Connect(int socket, string path)
    {
        var address = Of(path);
        return connect(socket, (sockaddr*)&address, sizeof(sockaddr_un));
    }
}
