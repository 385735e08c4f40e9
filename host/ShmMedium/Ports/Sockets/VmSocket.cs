using ShmWifi.Dot11.Frames;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmMedium.Ports.Sockets;

/// <summary>A socket where VMs attach, and what they may take of the daemon there.</summary>
/// <remarks>
/// Bounds belong to the socket, since a VM can attach again, but cannot come from elsewhere. One where several VMs attach has as much as the sockets
/// of so many. Who is beyond a bound waits in the socket's backlog: QEMU would spin forever on a connection that is closed.
/// </remarks>
internal sealed class VmSocket(ListeningSocket listener, SocketAccess access, string? vmName, int vms = 1) : IDisposable
{
    /// <summary>How often a VM may attach at once; then, <see cref="AttachesPerSecond"/>.</summary>
    public const int AttachBurst = 16;

    /// <summary>How often a VM may attach in the long run.</summary>
    public const double AttachesPerSecond = 2;

    /// <summary>Connections beside those of the VMs that are served: of VMs that are refused, and run on without a medium.</summary>
    public const int RefusedConnections = 4;

    private const int MostLooks = 100; // with the time between them: 1 s, for which QEMU's main loop stands still
    private const long LookNs = 10_000_000;

    private readonly TokenBucket _attaches = new(AttachBurst * vms, AttachesPerSecond * vms);
    private int _connections;
    private int _looks;
    private long _nextLookNs;
    private bool _isHoldingTold;

    /// <summary>The socket.</summary>
    public int Descriptor => listener.Descriptor;

    /// <summary>Where it is.</summary>
    public string Path => listener.Path;

    /// <summary>The VM that it is for; null: any, named by the server.</summary>
    public string? VmName { get; } = vmName;

    /// <summary>The peer ID of the VM that it is for, before others; 0: any.</summary>
    public ushort PeerId { get; set; }

    /// <summary>How many radios a VM may bring.</summary>
    public int MaxRadios { get; init; } = Abi.MaxRadios;

    /// <summary>The addresses that a VM may have; empty: those of no other VM.</summary>
    public IReadOnlyList<MacAddressPrefix> Addresses { get; init; } = [];

    /// <summary>Whether a VM may have addresses of others.</summary>
    public bool Spoofing { get; init; }

    /// <summary>Who may attach.</summary>
    public SocketAccess Access { get; } = access;

    /// <summary>The lines that the VMs may cause in the log.</summary>
    public LogAllowance Log { get; } = new(vms);

    /// <summary>Connections at a time.</summary>
    public int ConnectionLimit { get; } = vms + RefusedConnections;

    /// <summary>Whether it is not looked at for now.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Why a process may not attach here.</summary>
    /// <param name="vmm">What its program is, such as "QEMU".</param>
    /// <returns>Null: it may.</returns>
    public string? RefusalOf(PeerCredentials peer, string vmm) => Access.Admits(peer)
        ? null
        : $"{Path} is not for user {peer.Uid} (groups {string.Join(", ", peer.Groups)}); run its {vmm} as its user, or in its group";

    /// <summary>The port of a VM that attaches here.</summary>
    /// <param name="peerId">One of <paramref name="peerIds"/>.</param>
    /// <param name="pid">Of its VMM.</param>
    public PortOffer OfferOf(string name, PeerIds peerIds, ushort peerId, int pid, RegionLease region, EventFd kick, EventFd call) => new()
    {
        Name = name,
        PeerId = peerId,
        Pid = pid,
        MaxRadios = MaxRadios,
        Addresses = new AddressPolicy(peerId, peerIds, Addresses, Spoofing),
        Region = region,
        Call = call,
        Kick = kick,
        Log = Log,
    };

    /// <summary>How long the next VM has to wait, ns; 0: it need not; <see cref="long.MaxValue"/>: until one goes.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public long WaitNs(long nowNs) =>
        _connections >= ConnectionLimit ? long.MaxValue : Math.Max(_attaches.WaitNs(nowNs), _nextLookNs - nowNs);

    /// <summary>The next VM has to wait for what others that went still have: their frames are read.</summary>
    /// <returns>False: it has waited long enough.</returns>
    public bool TryWaitForOthers(long nowNs)
    {
        if (_looks == MostLooks)
            return false;
        _looks++;
        _nextLookNs = nowNs + LookNs;
        return true;
    }

    /// <summary>A VM has connected; <see cref="WaitNs"/> was 0.</summary>
    public void OnAccepted(long nowNs)
    {
        if (_attaches.IsHalfFull(nowNs))
            _isHoldingTold = false;
        _ = _attaches.TryTake(nowNs);
        _looks = 0;
        _connections++;
    }

    /// <summary>A VM is connected since another engine served it.</summary>
    public void OnResumed() => _connections++;

    /// <summary>A connection has ended.</summary>
    public void OnClosed() => _connections--;

    /// <summary>Why a VM that connects has to wait.</summary>
    /// <returns>Null: it was told already.</returns>
    public string? TellHolding()
    {
        if (_isHoldingTold)
            return null;
        _isHoldingTold = true;
        return _connections >= ConnectionLimit
            ? $"there are {_connections} connections, and {RefusedConnections} of VMs that are not served are the most; end those VMs"
            : $"VMs attached {AttachBurst * vms} times at once, and may do so {AttachesPerSecond * vms} times a second from then on";
    }

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();
}
