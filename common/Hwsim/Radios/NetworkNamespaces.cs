using ShmWifi.Hwsim.Netlink;
using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.Hwsim.Radios;

/// <summary>The other network namespaces of this machine: those with a name (ip netns), and those of processes.</summary>
/// <remarks>
/// Nothing of a namespace stays open between two visits: a socket or a file of it would keep it alive after "ip netns del",
/// and its radios would not come back. Events reach a socket of ours (NETLINK_LISTEN_ALL_NSID) as soon as our namespace has a
/// number for theirs, which holds nothing. Source: man 7 network_namespaces, netlink; linux net/netlink/af_netlink.c,
/// do_one_broadcast; net/core/net_namespace.c, rtnl_net_newid.
/// </remarks>
internal sealed class NetworkNamespaces : IDisposable
{
    private const string NamedPath = "/run/netns";
    private const string ProcessPath = "/proc";

    private readonly Action<string> _warn;
    private readonly NetlinkSocket _numbers = NetlinkSocket.Open(NETLINK_ROUTE);
    private readonly FileDescriptor _own = FileDescriptor.Open("/proc/thread-self/ns/net", O_RDONLY)
        ?? throw new LibCException("open our network namespace");
    private bool _isWarned;

    /// <summary>Ours is the one that this thread is in.</summary>
    /// <param name="warn">Receives once that we may not look into others.</param>
    public NetworkNamespaces(Action<string> warn) => _warn = warn;

    /// <summary>Calls a function in each of the others, one after the other; this thread is back in ours when it returns.</summary>
    /// <param name="visit">Sockets that it opens are the namespace's; it closes them.</param>
    /// <exception cref="LibCException">There is no way back.</exception>
    public void Visit(Action<NamespaceVisit> visit)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { Identify(_own.Descriptor) };
        foreach (string path in FindPaths())
        {
            using var other = FileDescriptor.Open(path, O_RDONLY);
            if (other is null)
                continue; // its process is gone, or not ours to look at
            if (seen.Add(Identify(other.Descriptor)))
                Visit(other.Descriptor, visit);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _numbers.Dispose();
        _own.Dispose();
    }

    private static IEnumerable<string> FindPaths()
    {
        if (Directory.Exists(NamedPath))
        {
            foreach (string path in Directory.EnumerateFiles(NamedPath))
                yield return path;
        }
        foreach (string process in Directory.EnumerateDirectories(ProcessPath))
        {
            if (char.IsAsciiDigit(Path.GetFileName(process)[0]))
                yield return process + "/ns/net";
        }
    }

    /// <summary>"net:[4026531840]": the same for all paths to one namespace.</summary>
    private static string Identify(int descriptor) => new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget ?? "";

    private void Visit(int descriptor, Action<NamespaceVisit> visit)
    {
        if (setns(descriptor, CLONE_NEWNET) != 0)
        {
            if (!_isWarned)
                _warn($"radios in other network namespaces are not served: these cannot be entered: {strerror(errno)}; run as root, with "
                    + $"CAP_SYS_ADMIN");
            _isWarned = true;
            return;
        }
        try
        {
            visit(new NamespaceVisit(descriptor, _numbers));
        }
        finally
        {
            LibCException.ThrowIfFailed(setns(_own.Descriptor, CLONE_NEWNET), "come back to our network namespace");
        }
    }
}
