using ShmWifi.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Support;

/// <summary>Bounds how long a socket's blocking receive waits: SO_RCVTIMEO of <see cref="Deadline"/>.</summary>
internal static unsafe class SocketTimeout
{
    /// <summary>Sets it.</summary>
    public static void Set(int socket)
    {
        var timeout = new timespec { tv_sec = Deadline.LimitMs / 1000 }; // struct timeval has the same shape, and no microseconds are wanted
        LibCException.ThrowIfFailed(setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timespec)), "SO_RCVTIMEO");
    }
}
