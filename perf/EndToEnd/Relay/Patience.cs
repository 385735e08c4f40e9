using ShmWifi.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>Bounds how long a socket's blocking calls wait.</summary>
internal static unsafe class Patience
{
    /// <summary>Sets it.</summary>
    /// <param name="socket">The socket.</param>
    public static void Set(int socket)
    {
        var patience = new timespec { tv_sec = RelayEnd.PatienceMs / 1000 }; // struct timeval has the same shape, and no microseconds are wanted
        LibCException.ThrowIfFailed(setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(timespec)), "SO_RCVTIMEO");
    }
}
