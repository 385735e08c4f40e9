using ShmWifi.Linux;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.ShmMedium.Ports.Ivshmem;

/// <summary>A VM's connection, and what its port uses; made before it is accepted, so that what it takes is there.</summary>
internal sealed class VmConnection : IDisposable
{
    private readonly PeerIds _peerIds;
    private readonly IDescriptorStore _store;
    private EventFd? _kick;
    private EventFd? _call;
    private FileDescriptor? _connection;
    private RegionLease? _region;
    private ushort? _peerId;

    /// <summary>One that comes.</summary>
    /// <param name="peerIds">Get its peer ID back.</param>
    /// <param name="store">Keeps all of it for the engine that comes after this one.</param>
    /// <exception cref="LibCException">No descriptors are left.</exception>
    public VmConnection(VmSocket socket, PeerIds peerIds, IDescriptorStore store)
    {
        (Socket, _peerIds, _store) = (socket, peerIds, store);
        _kick = new EventFd();
        _call = new EventFd();
    }

    private VmConnection(VmSocket socket, PeerIds peerIds, IDescriptorStore store, ushort peerId, FileDescriptor connection, EventFd kick,
        EventFd call)
    {
        (Socket, _peerIds, _store, _peerId, _connection, _kick, _call) = (socket, peerIds, store, peerId, connection, kick, call);
        Peer = PeerCredentials.Of(connection.Descriptor);
    }

    /// <summary>Where it came.</summary>
    public VmSocket Socket { get; }

    /// <summary>Who it is.</summary>
    public PeerCredentials Peer { get; private set; } = new(0, uint.MaxValue, []);

    /// <summary>The connection.</summary>
    public int Descriptor => _connection!.Descriptor;

    /// <summary>What is sent to the VM, in any case.</summary>
    public (EventFd Kick, EventFd Call) Events => (_kick!, _call!);

    /// <summary>Null: it is refused.</summary>
    public Port? Port { get; set; }

    /// <summary>It was accepted.</summary>
    public void Accept(int descriptor)
    {
        _connection = new FileDescriptor(descriptor);
        Peer = PeerCredentials.Of(descriptor);
    }

    /// <summary>Takes what a port needs.</summary>
    /// <returns>Null: there is no peer ID.</returns>
    /// <exception cref="LibCException">No memory for its region.</exception>
    public PortOffer? MakeOffer(RegionSource regions, string name)
    {
        if (!_peerIds.TryTake(Socket.PeerId, out ushort peerId))
            return null;
        _peerId = peerId;
        _region = regions.Lease(name);
        return OfferOf(name, peerId);
    }

    /// <summary>One that another engine has served.</summary>
    /// <param name="peerId">The VM's.</param>
    /// <param name="epoch">Of its region.</param>
    /// <param name="offer">Its port's.</param>
    /// <returns>Null: not all of it was kept.</returns>
    /// <exception cref="LibCException">What was kept is something else.</exception>
    public static VmConnection? Resume(VmSocket socket, PeerIds peerIds, IDescriptorStore store, RegionSource regions, ushort peerId, string name,
        ulong epoch, out PortOffer? offer)
    {
        offer = null;
        var connection = store.Take(KeptConnection(peerId));
        var kick = store.Take(KeptKick(peerId));
        var call = store.Take(KeptCall(peerId));
        RegionLease? region = null;
        VmConnection? resumed = null;
        try
        {
            region = regions.Resume(store.Take(KeptRegion(peerId)), epoch);
            if (connection is null || kick is null || call is null || region is null)
                return null;
            resumed = new VmConnection(socket, peerIds, store, peerId, connection, new EventFd(kick.Descriptor), new EventFd(call.Descriptor))
            {
                _region = region,
            };
            offer = resumed.OfferOf(name, peerId);
            return resumed;
        }
        finally
        {
            if (resumed is null)
            {
                connection?.Dispose();
                kick?.Dispose();
                call?.Dispose();
                region?.Dispose();
            }
        }
    }

    /// <summary>Has all of it kept that the VM knows of; before it is told.</summary>
    public void Keep()
    {
        ushort peerId = _peerId!.Value;
        _store.Keep(KeptKick(peerId), _kick!.Descriptor);
        _store.Keep(KeptCall(peerId), _call!.Descriptor);
        if (!_region!.IsShared)
            _store.Keep(KeptRegion(peerId), _region.Memory.Descriptor);
        _store.Keep(KeptConnection(peerId), Descriptor);
    }

    /// <summary>Has nothing of a VM kept any more.</summary>
    public static void Drop(IDescriptorStore store, ushort peerId)
    {
        foreach (string name in (string[])[KeptConnection(peerId), KeptKick(peerId), KeptCall(peerId), KeptRegion(peerId)])
            store.Drop(name);
    }

    /// <summary>Ends the connection; what its port uses stays.</summary>
    public void Disconnect() => _connection?.Dispose();

    /// <summary>Gives back what its port used: nobody does any more. Any thread.</summary>
    public void Release()
    {
        _region?.Dispose();
        _kick?.Dispose();
        _call?.Dispose();
        if (_peerId is { } peerId)
        {
            Drop(_store, peerId);
            _peerIds.Return(peerId);
        }
        (_region, _kick, _call, _peerId) = (null, null, null, null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Disconnect();
        Release();
    }

    private static string KeptConnection(ushort peerId) => $"vm-{peerId}-connection";

    private static string KeptKick(ushort peerId) => $"vm-{peerId}-kick";

    private static string KeptCall(ushort peerId) => $"vm-{peerId}-call";

    private static string KeptRegion(ushort peerId) => $"vm-{peerId}-region";

    private PortOffer OfferOf(string name, ushort peerId) => Socket.OfferOf(name, _peerIds, peerId, Peer.Pid, _region!, _kick!, _call!);
}
