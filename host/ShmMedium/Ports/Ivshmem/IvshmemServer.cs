using ShmWifi.Linux;
using ShmWifi.Medium.Engine;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
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
        if (refusal is null && !TryAttach(connection, name, peerId, out int portLimit))
            refusal = $"all {portLimit} ports are taken (geometry.ports)";
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
        Handshake.Send(connection.Descriptor, peerId, port.Offer.Region.Memory.Descriptor, port.Offer.KickFd, port.Offer.CallFd);
    }

    /// <summary>Has the engine take the VM on. The engine answers between two rounds.</summary>
    private bool TryAttach(VmConnection connection, string name, ushort peerId, out int portLimit)
    {
        connection.KickFd = LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), $"eventfd for {name}");
        connection.CallFd = LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), $"eventfd for {name}");
        connection.Region = _regions.Lease(name);
        portLimit = connection.Region.PortLimit;
        var offer = new PortOffer
        {
            Name = name,
            PeerId = peerId,
            Pid = connection.Pid,
            MaxRadios = _radioLimits.GetValueOrDefault(name, Abi.MaxRadios),
            Region = connection.Region,
            CallFd = connection.CallFd,
            KickFd = connection.KickFd,
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
        if (recv(connection.Descriptor, &ignored, 1, MSG_DONTWAIT) > 0)
            return;
        Close(connection);
    }

    private void Close(VmConnection connection)
    {
        _connections.Remove(connection.Descriptor);
        _ = close(connection.Descriptor);
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

        public RegionLease? Region { get; set; }

        public int KickFd { get; set; } = -1;

        public int CallFd { get; set; } = -1;

        /// <summary>Gives back what the VM's port used.</summary>
        public void Release()
        {
            Region?.Dispose();
            _ = close(KickFd);
            _ = close(CallFd);
            (Region, KickFd, CallFd) = (null, -1, -1);
        }
    }
}
