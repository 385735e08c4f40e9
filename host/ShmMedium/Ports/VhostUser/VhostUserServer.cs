using ShmWifi.Linux;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>The VMs whose front ends speak vhost-user: each has a socket, and a thread that serves who connects there, one after the other.</summary>
internal sealed class VhostUserServer : IPortServer
{
    private readonly VhostUserVm[] _vms;

    /// <summary>A server that does not run yet; its sockets listen already.</summary>
    /// <param name="sockets">Owned by the server from now on; each is a VM's own.</param>
    /// <exception cref="LibCException">No descriptors are left.</exception>
    public VhostUserServer(MediumEngine engine, IVhostUserLog log, RegionSource regions, IReadOnlyList<VmSocket> sockets, PeerIds peerIds) =>
        _vms = [.. sockets.Select(socket => new VhostUserVm(engine, log, regions, socket, peerIds))];

    /// <inheritdoc/>
    public void Start() => Array.ForEach(_vms, vm => vm.Start());

    /// <summary>Ends the connections: guests' devices have nobody on the other side.</summary>
    public void Dispose()
    {
        Array.ForEach(_vms, vm => vm.Stop());
        Array.ForEach(_vms, vm => vm.Dispose());
    }
}
