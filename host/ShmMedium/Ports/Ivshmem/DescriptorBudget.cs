using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.Ivshmem;

/// <summary>Whether this process may open as many files as VMs and clients can make it open.</summary>
internal static unsafe class DescriptorBudget
{
    private const int PerPort = 3; // beside its connection: the region, and two eventfds
    private const int PerSocket = 2; // the socket, and its lock
    private const int Others = 256 + 128; // clients of the control API; the runtime's, and the daemon's own

    /// <summary>At most so many.</summary>
    /// <param name="connections">Of VMs.</param>
    public static int Need(int connections, int ports, int sockets) => connections + (PerPort * ports) + (PerSocket * sockets) + Others;

    /// <summary>Tells when it may not: then VMs that connect wait when there are none left.</summary>
    /// <exception cref="LibCException">The limit cannot be read.</exception>
    public static void Check(int connections, int ports, int sockets, Action<string> warn)
    {
        rlimit limit;
        LibCException.ThrowIfFailed(getrlimit(RLIMIT_NOFILE, &limit), "read the limit of open files");
        int need = Need(connections, ports, sockets);
        if (limit.rlim_cur < (ulong)need)
            warn($"only {limit.rlim_cur} files may be open, and VMs and clients can take {need}; raise the limit (ulimit -n, LimitNOFILE)");
    }
}
