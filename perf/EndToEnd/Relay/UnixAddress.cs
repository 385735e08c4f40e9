using System.Text;
using ShmWifi.Linux;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>Addresses of Unix sockets.</summary>
internal static unsafe class UnixAddress
{
    /// <summary>The address of a path.</summary>
    /// <param name="path">At most 107 bytes.</param>
    public static sockaddr_un Of(string path)
    {
        var address = new sockaddr_un { sun_family = LibC.AF_UNIX };
        Encoding.UTF8.GetBytes(path, new Span<byte>(address.sun_path, 107));
        return address;
    }
}
