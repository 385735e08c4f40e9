using ShmWifi.Linux;

namespace ShmWifi.ShmMedium.Ports.Ivshmem;

/// <summary>A VM's connection, and what its port uses; made before it is accepted, so that what it takes is there.</summary>
/// <param name="peerIds">Get its peer ID back.</param>
/// <exception cref="LibCException">No descriptors are left.</exception>
internal sealed class VmConnection(VmSocket socket, PeerIds peerIds) : IDisposable
{
    private EventFd? _kick = new();
    private EventFd? _call = new();
    private FileDescriptor? _connection;
    private RegionLease? _region;
    private ushort? _peerId;

    /// <summary>Where it came.</summary>
    public VmSocket Socket { get; } = socket;

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
        if (!peerIds.TryTake(out ushort peerId))
            return null;
        _peerId = peerId;
        _region = regions.Lease(name);
        return new PortOffer
        {
            Name = name,
            PeerId = peerId,
            Pid = Peer.Pid,
            MaxRadios = Socket.MaxRadios,
            Addresses = new AddressPolicy(peerId, Socket.Addresses, Socket.Spoofing),
            Region = _region,
            Call = _call!,
            Kick = _kick!,
            Log = Socket.Log,
        };
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
            peerIds.Return(peerId);
        (_region, _kick, _call, _peerId) = (null, null, null, null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Disconnect();
        Release();
    }
}
