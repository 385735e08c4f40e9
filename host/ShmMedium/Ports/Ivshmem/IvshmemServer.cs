using ShmWifi.Configuration;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Engine;
using Tmds.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.Ivshmem;

/// <summary>The ivshmem server: takes QEMUs on, gives each a port, and notices when one goes.</summary>
/// <remarks>
/// A thread of its own; the medium never waits for it. Peer IDs count up and are never used again, since QEMU 7.2 corrupts
/// its heap otherwise. A VM that cannot be served gets a blank region in place of the medium, since QEMU 7.2 spins forever
/// on a connection that is closed at once; the guest's module leaves such a device alone.
/// </remarks>
internal sealed unsafe class IvshmemServer : IPortServer
{
    private const ulong BlankRegionSize = 8192;
    private const long AcceptPauseNs = 500_000_000; // while there are no descriptors for VMs that connect
    private const ushort RefusedPeerId = ushort.MaxValue; // of no port; a VM that keeps trying must not use the IDs up
    private readonly MediumEngine _engine;
    private readonly IServerLog _log;
    private readonly RegionSource _regions;
    private readonly IReadOnlyDictionary<string, VmConfiguration> _vms;
    private readonly bool _spoofing;
    private readonly IReadOnlyList<ListeningSocket> _sockets;
    private readonly Dictionary<int, VmConnection> _connections = [];
    private readonly Thread _thread;
    private readonly Epoll _epoll = new();
    private readonly EventFd _stopEvent = new();
    private SharedMemory? _blank;
    private bool _isAcceptPaused;
    private bool _isAcceptFailureTold;
    private ushort _lastPeerId;

    /// <summary>A server that does not run yet; its sockets listen already.</summary>
    /// <param name="sockets">Owned by the server from now on.</param>
    /// <param name="vms">Those with a socket of their own, by name.</param>
    /// <param name="spoofing">Whether VMs that do not say so themselves may have addresses of others.</param>
    public IvshmemServer(MediumEngine engine, IServerLog log, RegionSource regions, IReadOnlyList<ListeningSocket> sockets,
        IReadOnlyDictionary<string, VmConfiguration> vms, bool spoofing)
    {
        _engine = engine;
        _log = log;
        _regions = regions;
        _sockets = sockets;
        (_vms, _spoofing) = (vms, spoofing);
        Watch(_stopEvent.Descriptor, EPOLLIN);
        foreach (var socket in sockets)
            Watch(socket.Descriptor, EPOLLIN);
        _thread = new Thread(Run) { Name = "ivshmem-server", IsBackground = true };
    }

    /// <inheritdoc/>
    public void Start() => _thread.Start();

    /// <summary>Stops serving; VMs that run keep running, with nobody on the other side.</summary>
    public void Dispose()
    {
        _stopEvent.Signal();
        if (_thread.IsAlive)
            _thread.Join();
        foreach (var socket in _sockets)
            socket.Dispose();
        foreach (var connection in _connections.Values)
            connection.Socket.Dispose();
        _blank?.Dispose();
        _epoll.Dispose();
        _stopEvent.Dispose();
    }

    private void Run()
    {
        const int MaxEvents = 16;
        Span<epoll_event> events = stackalloc epoll_event[MaxEvents];
        while (true)
        {
            int count = _epoll.Wait(events, _isAcceptPaused ? AcceptPauseNs : -1);
            if (_isAcceptPaused)
                ResumeAccept();
            for (int i = 0; i < count; i++)
            {
                int descriptor = events[i].data.fd;
                if (descriptor == _stopEvent.Descriptor)
                    return;
                if (_sockets.FirstOrDefault(s => s.Descriptor == descriptor) is { } socket)
                    Accept(socket);
                else if (_connections.TryGetValue(descriptor, out var connection))
                    Receive(connection);
            }
        }
    }

    private void Accept(ListeningSocket socket)
    {
        int descriptor = Uninterrupted.accept4(socket.Descriptor, null, null, SOCK_CLOEXEC);
        if (descriptor < 0)
        {
            int error = errno;
            if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM)
                PauseAccept(socket, error);
            return; // else it went again
        }
        _isAcceptFailureTold = false;
        var connection = new VmConnection(new FileDescriptor(descriptor), PeerProcess(descriptor));
        _connections.Add(descriptor, connection);
        Watch(descriptor, EPOLLIN | EPOLLRDHUP);
        try
        {
            Serve(connection, socket.VmName);
        }
        catch (LibCException exception)
        {
            _log.HandshakeFailed(socket.Path, connection.Pid, exception.Message);
            Close(connection);
        }
    }

    /// <summary>Who waits in the backlog would be reported again and again while there is no descriptor for it.</summary>
    private void PauseAccept(ListeningSocket socket, int error)
    {
        if (!_isAcceptFailureTold)
            _log.AcceptFailed(socket.Path, strerror(error));
        _isAcceptFailureTold = true;
        if (_isAcceptPaused)
            return;
        _isAcceptPaused = true;
        foreach (var one in _sockets)
            _epoll.Remove(one.Descriptor);
    }

    private void ResumeAccept()
    {
        _isAcceptPaused = false;
        foreach (var one in _sockets)
            Watch(one.Descriptor, EPOLLIN);
    }

    private void Serve(VmConnection connection, string? name)
    {
        string? refusal = null;
        if (_lastPeerId == RefusedPeerId - 1)
            refusal = $"all {RefusedPeerId - 1} peer IDs have been used; restart shm-medium";
        else if (name is not null && _connections.Values.Any(c => c.Port?.Name == name))
            refusal = $"a VM named {name} is attached already";
        ushort peerId = (ushort)(_lastPeerId + 1);
        name ??= FreeName();
        if (refusal is null && !TryAttach(connection, name, peerId, out int portLimit))
            refusal = $"all {portLimit} ports are taken (geometry.ports)";
        if (refusal is not null)
        {
            _log.VmRefused(name, connection.Pid, refusal);
            _blank ??= SharedMemory.Create("shmwifi-blank", BlankRegionSize);
            using var idle = new EventFd();
            Handshake.Send(connection.Socket.Descriptor, RefusedPeerId, _blank.Descriptor, idle.Descriptor, idle.Descriptor);
            return;
        }
        _lastPeerId = peerId;
        var port = connection.Port!;
        Handshake.Send(connection.Socket.Descriptor, peerId, port.Offer.Region.Memory.Descriptor, port.Offer.Kick.Descriptor,
            port.Offer.Call.Descriptor);
    }

    /// <summary>Has the engine take the VM on. The engine answers between two rounds.</summary>
    private bool TryAttach(VmConnection connection, string name, ushort peerId, out int portLimit)
    {
        connection.Kick = new EventFd();
        connection.Call = new EventFd();
        connection.Region = _regions.Lease(name);
        portLimit = connection.Region.PortLimit;
        var vm = _vms.GetValueOrDefault(name);
        var offer = new PortOffer
        {
            Name = name,
            PeerId = peerId,
            Pid = connection.Pid,
            MaxRadios = vm?.MaxRadios ?? Abi.MaxRadios,
            Addresses = new AddressPolicy(peerId, vm?.Addresses ?? [], vm?.Spoofing ?? _spoofing),
            Region = connection.Region,
            Call = connection.Call,
            Kick = connection.Kick,
        };
        connection.Port = _engine.AttachAsync(offer).GetAwaiter().GetResult();
        if (connection.Port is null)
            connection.Release();
        return connection.Port is not null;
    }

    /// <summary>QEMU never sends anything: what comes is the end.</summary>
    private void Receive(VmConnection connection)
    {
        byte ignored;
        if (recv(connection.Socket.Descriptor, &ignored, 1, MSG_DONTWAIT) > 0)
            return;
        Close(connection);
    }

    private void Close(VmConnection connection)
    {
        _connections.Remove(connection.Socket.Descriptor);
        connection.Socket.Dispose();
        if (connection.Port is { } port)
            _ = _engine.DetachAsync(port).ContinueWith(_ => connection.Release(), TaskScheduler.Default);
        else
            connection.Release();
    }

    private string FreeName()
    {
        int number = 1;
        while (_connections.Values.Any(c => c.Port?.Name == $"vm{number}"))
            number++;
        return $"vm{number}";
    }

    private static int PeerProcess(int descriptor)
    {
        ucred credentials;
        socklen_t length = sizeof(ucred);
        return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 ? credentials.pid : 0;
    }

    private void Watch(int descriptor, int events) => _epoll.Add(descriptor, events, (ulong)descriptor);

    private sealed class VmConnection(FileDescriptor socket, int pid)
    {
        public FileDescriptor Socket { get; } = socket;

        public int Pid { get; } = pid;

        public Port? Port { get; set; }

        public RegionLease? Region { get; set; }

        public EventFd? Kick { get; set; }

        public EventFd? Call { get; set; }

        /// <summary>Gives back what the VM's port used.</summary>
        public void Release()
        {
            Region?.Dispose();
            Kick?.Dispose();
            Call?.Dispose();
            (Region, Kick, Call) = (null, null, null);
        }
    }
}
