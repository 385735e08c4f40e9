using ShmWifi.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.Sockets;

/// <summary>Who connected to a Unix socket, as the kernel noted it then: unix(7), SO_PEERCRED and SO_PEERGROUPS.</summary>
/// <param name="Pid">0: not known.</param>
/// <param name="Groups">Its effective group, and the supplementary ones.</param>
internal sealed unsafe record PeerCredentials(int Pid, uint Uid, IReadOnlyList<uint> Groups)
{
    private const int MaxGroups = 65536; // NGROUPS_MAX

    /// <summary>Those of a connection's other end.</summary>
    /// <exception cref="LibCException">It is no connection of a Unix socket.</exception>
    public static PeerCredentials Of(int connection)
    {
        ucred credentials;
        socklen_t length = sizeof(ucred);
        LibCException.ThrowIfFailed(getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &length), "look who connected");
        return new PeerCredentials(credentials.pid, credentials.uid, [credentials.gid, .. SupplementaryGroups(connection)]);
    }

    private static uint[] SupplementaryGroups(int connection)
    {
        for (int count = 64; count <= MaxGroups; count *= 2)
        {
            uint[] groups = new uint[count];
            socklen_t length = count * sizeof(uint);
            fixed (uint* first = groups)
            {
                if (getsockopt(connection, SOL_SOCKET, SO_PEERGROUPS, first, &length) == 0)
                    return groups[..((int)length / sizeof(uint))];
                if (errno != ERANGE)
                    return []; // ENODATA: it has none, or the kernel does not tell
            }
        }
        return [];
    }
}
