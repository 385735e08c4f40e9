using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.Sockets;

/// <summary>Who may take how many of the files that this process may open: VMs get what the daemon and clients of its control API leave.</summary>
/// <remarks>
/// .NET keeps two descriptors open for each assembly that it has loaded, and makes a pipe for each thread that it starts. A process where that
/// fails is ended by its runtime ("Out of memory."), so the daemon's own share is never given away.
/// </remarks>
internal static unsafe class DescriptorBudget
{
    private const int Own = 256; // 130 after the start, 200 once the control API has answered; the rest is for threads, captures, statistics
    private const int MaxClients = 256;
    private const int PerConnection = 4; // itself, the region, and two eventfds

    // As a connection; what stops its thread, and what that waits for; kick, call and error of two virtqueues; the back end's channel; and a message
    // with all memory regions, which are closed once they are mapped.
    private const int PerFrontEnd = PerConnection + 2 + (3 * 2) + 1 + 8;
    private const int PerSocket = 2; // the socket, and its lock

    /// <summary>Clients that the control API may serve at a time.</summary>
    /// <exception cref="LibCException">The limit cannot be read.</exception>
    public static int Clients() => ClientsUnder(Limit());

    /// <summary>Connections that ivshmem VMs may have at a time, refused ones included. Less than 1: the limit is too low for any.</summary>
    /// <param name="sockets">Where they connect.</param>
    /// <param name="frontEnds">VMs with a front end of vhost-user: each has a socket and, once at a time, a connection, which none of the others
    /// gets.</param>
    /// <exception cref="LibCException">The limit cannot be read.</exception>
    public static int Connections(int sockets, int frontEnds) => ConnectionsUnder(Limit(), sockets, frontEnds);

    /// <summary>Tells when VMs could have more connections if more files might be open: then those beyond wait.</summary>
    /// <param name="connections">That ivshmem VMs may have.</param>
    /// <param name="sockets">As of <see cref="Connections"/>.</param>
    /// <param name="frontEnds">As of <see cref="Connections"/>.</param>
    /// <exception cref="LibCException">The limit cannot be read.</exception>
    public static void Check(int connections, int sockets, int frontEnds, Action<string> warn)
    {
        int limit = Limit();
        int possible = ConnectionsUnder(limit, sockets, frontEnds);
        if (possible < connections)
        {
            int need = Own + MaxClients + NeedOf(sockets, frontEnds) + (PerConnection * connections);
            warn($"only {limit} files may be open: with {frontEnds} vhost-user VMs enough for {Math.Max(possible, 0)} connections of others, "
                + $"which can be {connections}; raise the limit to {need} (ulimit -n, LimitNOFILE)");
        }
    }

    /// <summary>Descriptors that a keeper may keep for its engine: half of what may be open, as it sends them on, too.</summary>
    /// <exception cref="LibCException">The limit cannot be read.</exception>
    public static int Kept() => Limit() / 2;

    /// <summary>As <see cref="Clients"/>.</summary>
    /// <param name="limit">Files that may be open.</param>
    internal static int ClientsUnder(int limit) => Math.Clamp((limit - Own) / 2, 1, MaxClients);

    /// <summary>As <see cref="Connections"/>.</summary>
    /// <param name="limit">Files that may be open.</param>
    internal static int ConnectionsUnder(int limit, int sockets, int frontEnds) =>
        (limit - Own - ClientsUnder(limit) - NeedOf(sockets, frontEnds)) / PerConnection;

    private static int NeedOf(int sockets, int frontEnds) => (PerSocket * sockets) + ((PerSocket + PerFrontEnd) * frontEnds);

    private static int Limit()
    {
        rlimit limit;
        LibCException.ThrowIfFailed(getrlimit(RLIMIT_NOFILE, &limit), "read the limit of open files");
        return (int)Math.Min(limit.rlim_cur, int.MaxValue);
    }
}
