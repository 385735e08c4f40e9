using ShmWifi.Linux;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>The VMs whose front ends speak vhost-user: each has a socket, and a thread that serves who connects there, one after the other.</summary>
internal sealed class VhostUserServer : IPortServer
{
    private readonly VhostUserVm[] _vms;

    /// <summary>A server that does not run yet; its sockets listen already.</summary>
    /// <param name="sockets">Owned by the server from now on; each is a VM's own.</param>
    /// <param name="store">Keeps front ends for the engine that comes after this one.</param>
    /// <exception cref="LibCException">No descriptors are left.</exception>
    public VhostUserServer(MediumEngine engine, IVhostUserLog log, RegionSource regions, IReadOnlyList<VmSocket> sockets, PeerIds peerIds,
        IDescriptorStore store)
    {
        KeptFrontEnd.ForgetOthers(store, sockets.Select(socket => socket.VmName!));
        _vms = [.. sockets.Select(socket => new VhostUserVm(engine, log, regions, socket, peerIds, store))];
    }

    /// <summary>Goes on with the VMs that another engine has served: each gets a new port. Before the ports of other VMs are resumed.</summary>
    /// <param name="ledger">What that engine knew of them.</param>
    public unsafe void Resume(Ledger ledger)
    {
        for (int id = 0; id < ledger.Ports; id++)
        {
            var entry = ledger.Port(id);
            if (entry->PeerId == 0 || Array.Find(_vms, vm => vm.Name == ledger.Port(id)->VmName) is not { IsLeft: true } vm)
                continue;
            vm.KeepRadios(ledger, id);
            ledger.Leave(id);
        }
    }

    /// <inheritdoc/>
    public void Start() => Array.ForEach(_vms, vm => vm.Start());

    /// <summary>Ends the connections: guests' devices have nobody on the other side.</summary>
    public void Dispose()
    {
        Array.ForEach(_vms, vm => vm.Stop());
        Array.ForEach(_vms, vm => vm.Dispose());
    }
}
