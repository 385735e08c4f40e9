using ShmWifi.Linux;
using ShmWifi.Medium.Engine;
using ShmWifi.RingBuffer;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Medium.Ports.Ivshmem;

/// <summary>The ivshmem server: takes QEMUs on, gives each a port, and notices when one goes.</summary>
/// <remarks>
/// A thread of its own; the air never waits for it. Peer IDs count up and are never used again, since QEMU 7.2 corrupts
/// its heap otherwise. A VM that cannot be served gets a blank region in place of the air, since QEMU 7.2 spins for ever
/// on a connection that is closed in its face; the guest's module leaves such a device alone.
/// </remarks>
public sealed unsafe class IvshmemServer : IPortServer
{
    private const ulong BlankRegionSize = 8192;
    private const int AcceptPauseMs = 500; // while there are no descriptors for VMs that connect
    private const ushort RefusedPeerId = ushort.MaxValue; // of no port; a VM that keeps trying must not use the IDs up
    private readonly MediumEngine _engine;
    private readonly IServerLog _log;
    private readonly RegionSource _regions;
    private readonly IReadOnlyDictionary<string, int> _radioLimits;
    private readonly IReadOnlyList<ListeningSocket> _sockets;
    private readonly Dictionary<int, VmConnection> _connections = [];
    private readonly Thread _thread;
    private readonly int _epoll;
    private readonly int _stopEvent;
    private SharedMemory? _blank;
    private bool _isAcceptPaused;
    private bool _isAcceptFailureTold;
    private ushort _lastPeerId;

    /// <summary>A server that does not run yet; its sockets listen already.</summary>
    /// <param name="engine">Who serves the ports.</param>
    /// <param name="log">Who is told.</param>
    /// <param name="regions">Where regions come from.</param>
    /// <param name="sockets">Owned by the server from now on.</param>
    /// <param name="radioLimits">How many radios a VM may bring, by name.</param>
    public IvshmemServer(MediumEngine engine, IServerLog log, RegionSource regions, IReadOnlyList<ListeningSocket> sockets, IReadOnlyDictionary<string, int> radioLimits)
    {
        _engine = engine;
        _log = log;
        _regions = regions;
        _sockets = sockets;
        _radioLimits = radioLimits;
        _epoll = LibCException.ThrowIfFailed(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
        _stopEvent = LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd for the server");
        Watch(_stopEvent, EPOLLIN);
        foreach (ListeningSocket socket in sockets)
            Watch(socket.Descriptor, EPOLLIN);
        _thread = new Thread(Run) { Name = "ivshmem-server", IsBackground = true };
    }

    /// <inheritdoc/>
    public void Start() => _thread.Start();

    /// <summary>Stops serving; VMs that run keep running, with nobody on the other side.</summary>
    public void Dispose()
    {
        ulong one = 1;
        _ = write(_stopEvent, &one, sizeof(ulong));
        if (_thread.IsAlive)
            _thread.Join();
        foreach (ListeningSocket socket in _sockets)
            socket.Dispose();
        foreach (VmConnection connection in _connections.Values)
            _ = close(connection.Descriptor);
        _blank?.Dispose();
        _ = close(_epoll);
        _ = close(_stopEvent);
    }

    private void Run()
    {
        const int MaxEvents = 16;
        epoll_event* events = stackalloc epoll_event[MaxEvents];
        while (true)
        {
            int count = epoll_wait(_epoll, events, MaxEvents, _isAcceptPaused ? AcceptPauseMs : -1);
            if (_isAcceptPaused)
                ResumeAccept();
            for (int i = 0; i < count; i++)
            {
                int descriptor = (int)events[i].data;
                if (descriptor == _stopEvent)
                    return;
                if (_sockets.FirstOrDefault(s => s.Descriptor == descriptor) is { } socket)
                    Accept(socket);
                else if (_connections.TryGetValue(descriptor, out VmConnection? connection))
                    Receive(connection);
            }
        }
    }

    private void Accept(ListeningSocket socket)
    {
        int descriptor = accept4(socket.Descriptor, null, null, SOCK_CLOEXEC);
        if (descriptor < 0)
        {
            if (errno is EMFILE or ENFILE or ENOBUFS or ENOMEM)
                PauseAccept(socket, errno);
            return; // else it went again
        }
        _isAcceptFailureTold = false;
        var connection = new VmConnection(descriptor, PeerProcess(descriptor));
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
        foreach (ListeningSocket one in _sockets)
            LibCException.ThrowIfFailed(epoll_ctl(_epoll, EPOLL_CTL_DEL, one.Descriptor, null), "epoll_ctl for the server");
    }

    private void ResumeAccept()
    {
        _isAcceptPaused = false;
        foreach (ListeningSocket one in _sockets)
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
        if (refusal is null && !TryAttach(connection, name, peerId))
            refusal = $"all {_regions.PortLimit} ports are taken (geometry.ports)";
        if (refusal is not null)
        {
            _log.VmRefused(name, connection.Pid, refusal);
            _blank ??= SharedMemory.Create("shmwifi-blank", BlankRegionSize);
            int idle = LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd for a refused VM");
            Handshake.Send(connection.Descriptor, RefusedPeerId, _blank.Descriptor, idle, idle);
            _ = close(idle);
            return;
        }
        _lastPeerId = peerId;
        Port port = connection.Port!;
        Handshake.Send(connection.Descriptor, peerId, connection.Lease!.Memory.Descriptor, port.Waker, port.Doorbell);
    }

    /// <summary>Has the engine take the VM on. The engine answers between two rounds.</summary>
    private bool TryAttach(VmConnection connection, string name, ushort peerId)
    {
        connection.Waker = LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), $"eventfd for {name}");
        connection.Doorbell = LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), $"eventfd for {name}");
        RegionLease lease = _regions.Lease(name);
        connection.Lease = lease;
        var done = new TaskCompletionSource<Port?>();
        _engine.Post(() =>
        {
            int id = _engine.FindFreeId(_regions.PortLimit);
            if (id < 0)
            {
                done.SetResult(null);
                return;
            }
            try
            {
                HostPort rings = lease.Region.Attach(_regions.PortIndex(id), peerId, name);
                int maxRadios = _radioLimits.GetValueOrDefault(name, RingBuffer.Layout.Abi.MaxRadios);
                var port = new Port(id, name, peerId, connection.Pid, maxRadios, rings, connection.Doorbell, connection.Waker);
                _engine.Attach(port);
                done.SetResult(port);
            }
            catch (LibCException exception)
            {
                done.SetException(exception);
            }
        });
        connection.Port = done.Task.GetAwaiter().GetResult();
        if (connection.Port is null)
            connection.Release();
        return connection.Port is not null;
    }

    /// <summary>QEMU never sends anything: what comes is the end.</summary>
    private void Receive(VmConnection connection)
    {
        byte ignored;
        if (recv(connection.Descriptor, &ignored, 1, MSG_DONTWAIT) > 0)
            return;
        Close(connection);
    }

    private void Close(VmConnection connection)
    {
        _connections.Remove(connection.Descriptor);
        _ = close(connection.Descriptor);
        if (connection.Port is { } port)
            _engine.Post(() => _engine.Detach(port, connection.Release));
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
        uint length = (uint)sizeof(ucred);
        return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 ? credentials.pid : 0;
    }

    private void Watch(int descriptor, uint events)
    {
        var watched = new epoll_event { events = events, data = (ulong)descriptor };
        LibCException.ThrowIfFailed(epoll_ctl(_epoll, EPOLL_CTL_ADD, descriptor, &watched), "epoll_ctl for the server");
    }

    private sealed class VmConnection(int descriptor, int pid)
    {
        public int Descriptor { get; } = descriptor;

        public int Pid { get; } = pid;

        public Port? Port { get; set; }

        public RegionLease? Lease { get; set; }

        public int Waker { get; set; } = -1;

        public int Doorbell { get; set; } = -1;

        /// <summary>Gives back what the VM's port used.</summary>
        public void Release()
        {
            if (Port is { } port)
                Lease!.Region.Detach(port.Rings.Index);
            Lease?.Dispose();
            _ = close(Waker);
            _ = close(Doorbell);
            (Lease, Waker, Doorbell) = (null, -1, -1);
        }
    }
}
