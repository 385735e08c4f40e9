using System.Text;

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
        var address = new sockaddr_un { sun_family = LibC.AF_UNIX };
        byte[] bytes = Encoding.UTF8.GetBytes(path);
        if (bytes.Length > MaxLength)
            throw new LibCException($"socket {path}: the path has {bytes.Length} bytes, a socket's may have {MaxLength}", LibC.EINVAL);
        bytes.CopyTo(new Span<byte>(address.sun_path, MaxLength));
        return address;
    }
}
