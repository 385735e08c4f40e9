using ShmWifi.Configuration;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Ports.Sockets;
using Tmds.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.Ivshmem;

/// <summary>The ivshmem server: takes QEMUs on, gives each a port, and notices when one goes.</summary>
/// <remarks>
/// A thread of its own; the medium never waits for it. A VM that cannot be served gets a blank region in place of the medium, since QEMU 7.2 spins
/// forever on a connection that is closed at once; the guest's module leaves such a device alone.
/// One that comes too early waits in its socket's backlog: <see cref="VmSocket.WaitNs"/>, <see cref="AwaitsOthers"/>.
/// </remarks>
internal sealed unsafe class IvshmemServer : IPortServer
{
    private const ulong BlankRegionSize = 8192;
    private const long ShortagePauseNs = 500_000_000; // while there are no descriptors for VMs that connect
    private readonly MediumEngine _engine;
    private readonly IServerLog _log;
    private readonly RegionSource _regions;
    private readonly IReadOnlyList<VmSocket> _sockets;
    private readonly PeerIds _peerIds;
    private readonly Ledger _ledger;
    private readonly IDescriptorStore _store;
    private readonly Action<Exception> _failed;
    private readonly Dictionary<int, VmConnection> _connections = [];
    private readonly Thread _thread;
    private readonly Epoll _epoll = new();
    private readonly EventFd _stopEvent = new();
    private SharedMemory? _blank; // for the next VM that is refused: what two could write would be a way between them
    private long _shortageUntilNs;
    private bool _isShortageTold;
    private int _leaving; // VMs that went, and whose ports are still read

    /// <summary>A server that does not run yet; its sockets listen already.</summary>
    /// <param name="sockets">Owned by the server from now on.</param>
    /// <param name="ledger">What an engine before knew of VMs that are there.</param>
    /// <param name="store">Keeps what VMs know of.</param>
    /// <param name="failed">Told when it cannot serve any more, on its thread.</param>
    public IvshmemServer(MediumEngine engine, IServerLog log, RegionSource regions, IReadOnlyList<VmSocket> sockets, PeerIds peerIds, Ledger ledger,
        IDescriptorStore store, Action<Exception> failed)
    {
        (_engine, _log, _regions, _sockets, _peerIds, _failed) = (engine, log, regions, sockets, peerIds, failed);
        (_ledger, _store) = (ledger, store);
        Watch(_stopEvent.Descriptor, EPOLLIN);
        foreach (var socket in sockets)
            Watch(socket.Descriptor, EPOLLIN);
        _thread = new Thread(Run) { Name = "ivshmem-server", IsBackground = true };
    }

    /// <summary>VMs that are served beside, by vhost-user.</summary>
    public int FrontEnds { get; init; }

    /// <summary>Goes on with the VMs that another engine has served; before the engine runs, and before <see cref="Start"/>.</summary>
    public void Resume()
    {
        List<(int Id, PortOffer Offer)> offers = [];
        List<VmConnection> connections = [];
        HashSet<ushort> peerIds = [];
        for (int id = 0; id < _ledger.Ports; id++)
        {
            var entry = *_ledger.Port(id);
            if (entry.PeerId == 0)
                continue;
            ushort peerId = (ushort)entry.PeerId;
            if (TryResume(peerId, in entry, out var offer) is not { } connection)
            {
                _ledger.Leave(id);
                VmConnection.Drop(_store, peerId);
                if (entry.Pid != 0 || (entry.VmName != DaemonConfiguration.LocalName && MayBeServed(entry.VmName)))
                    _log.VmLost(entry.VmName, entry.Pid);
                continue;
            }
            _ = peerIds.Add(peerId);
            offers.Add((id, offer!));
            connections.Add(connection);
        }
        _peerIds.Resume((ushort)_ledger.LastPeerId, peerIds);
        var ports = _engine.Resume(offers);
        for (int i = 0; i < ports.Count; i++)
        {
            var connection = connections[i];
            connection.Port = ports[i];
            connection.Socket.OnResumed();
            if (connection.Socket.PeerId != 0)
            {
                connection.Socket.PeerId = (ushort)ports[i].Offer.PeerId; // whatever its place in the configuration is now
                _peerIds.Own(connection.Socket.PeerId);
            }
            _connections.Add(connection.Descriptor, connection);
            Watch(connection.Descriptor, EPOLLIN | EPOLLRDHUP);
        }
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
            connection.Disconnect();
        _blank?.Dispose();
        _epoll.Dispose();
        _stopEvent.Dispose();
    }

    /// <summary>What was kept of a VM, where a socket is that it may have come by.</summary>
    private VmConnection? TryResume(ushort peerId, in LedgerPort entry, out PortOffer? offer)
    {
        offer = null;
        string name = entry.VmName;
        var socket = _sockets.FirstOrDefault(s => s.VmName == name) ?? _sockets.FirstOrDefault(s => s.VmName is null);
        try
        {
            return socket is null ? null : VmConnection.Resume(socket, _peerIds, _store, _regions, peerId, name, entry.Epoch, out offer);
        }
        catch (LibCException)
        {
            return null;
        }
    }

    /// <summary>Whether a VM of this name comes to a socket here; this kernel's own radios, and VMs of other hosts, come anew without.</summary>
    private bool MayBeServed(string name) => _sockets.Any(s => s.VmName is null || s.VmName == name);

    private void Run()
    {
        try
        {
            foreach (var connection in _connections.Values)
                connection.Port!.Rings.Populate(); // what another engine served; the frames before that pay for their page faults
            Serve();
        }
        catch (Exception exception) // whatever it is: without this thread no VM comes or goes
        {
            _failed(exception);
        }
    }

    private void Serve()
    {
        const int MaxEvents = 16;
        Span<epoll_event> events = stackalloc epoll_event[MaxEvents];
        while (true)
        {
            int count = _epoll.Wait(events, ResumeSockets(MonotonicClock.NowNs));
            for (int i = 0; i < count; i++)
            {
                int descriptor = events[i].data.fd;
                if (descriptor == _stopEvent.Descriptor)
                    return;
                if (_connections.TryGetValue(descriptor, out var connection))
                    Receive(connection);
                else if (_sockets.FirstOrDefault(s => s.Descriptor == descriptor) is { } socket)
                    Accept(socket, MonotonicClock.NowNs);
            }
        }
    }

    private void Accept(VmSocket socket, long nowNs)
    {
        if (socket.IsPaused)
            return; // since the events were read
        foreach (var earlier in _connections.Values.Where(c => c.Socket == socket).ToArray())
            Receive(earlier); // whose end may be told after this: who comes needs its name, its port or its place among the connections
        if (socket.WaitNs(nowNs) != 0)
        {
            Pause(socket);
            if (socket.TellHolding() is { } reason)
                _log.AttachesHeld(socket.Log, socket.Path, reason);
            return;
        }
        if (AwaitsOthers(socket) && socket.TryWaitForOthers(nowNs))
        {
            Pause(socket);
            return;
        }
        VmConnection connection;
        try
        {
            int limit = DescriptorBudget.Connections(_sockets.Count, FrontEnds);
            if (_connections.Count >= limit)
            {
                PauseAll(socket, $"VMs have {_connections.Count} connections, and the files that may be open are enough for {Math.Max(limit, 0)}");
                return;
            }
            _blank ??= SharedMemory.Create("shmwifi-blank", BlankRegionSize);
            connection = new VmConnection(socket, _peerIds, _store);
        }
        catch (LibCException exception)
        {
            PauseAll(socket, exception.Message);
            return;
        }
        int descriptor = Uninterrupted.accept4(socket.Descriptor, null, null, SOCK_CLOEXEC);
        if (descriptor < 0)
        {
            int error = errno;
            connection.Dispose();
            if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM)
                PauseAll(socket, strerror(error));
            return; // else it went again
        }
        _isShortageTold = false;
        connection.Accept(descriptor);
        socket.OnAccepted(nowNs);
        _connections.Add(descriptor, connection);
        Answer(connection);
    }

    /// <summary>Whether a VM that went, and whose frames are still read, has what the next one needs: the last port, or its own peer ID.</summary>
    private bool AwaitsOthers(VmSocket socket)
    {
        int leaving = Volatile.Read(ref _leaving);
        var ports = _connections.Values.Select(c => c.Port).OfType<Port>();
        return leaving != 0 && (ports.Count() + leaving >= _ledger.Ports
            || (socket.PeerId != 0 && !_peerIds.IsFree(socket.PeerId) && ports.All(p => p.Offer.PeerId != socket.PeerId)));
    }

    /// <summary>Has who connects wait: a socket that is looked at would be reported again and again.</summary>
    private void Pause(VmSocket socket)
    {
        _epoll.Remove(socket.Descriptor);
        socket.IsPaused = true;
    }

    private void PauseAll(VmSocket socket, string reason)
    {
        if (!_isShortageTold)
            _log.AcceptFailed(socket.Path, reason);
        _isShortageTold = true;
        _shortageUntilNs = MonotonicClock.NowNs + ShortagePauseNs;
        foreach (var one in _sockets)
            Pause(one);
    }

    /// <summary>Looks again at the sockets where VMs need not wait any more.</summary>
    /// <returns>When to come back, ns from now; -1: not before something happens.</returns>
    private long ResumeSockets(long nowNs)
    {
        long nextNs = long.MaxValue;
        foreach (var socket in _sockets)
        {
            if (!socket.IsPaused)
                continue;
            long waitNs = Math.Max(_shortageUntilNs - nowNs, socket.WaitNs(nowNs));
            if (waitNs <= 0 && !TryWatch(socket))
                waitNs = ShortagePauseNs;
            if (waitNs > 0)
                nextNs = Math.Min(nextNs, waitNs);
        }
        return nextNs == long.MaxValue ? -1 : nextNs;
    }

    private bool TryWatch(VmSocket socket)
    {
        try
        {
            Watch(socket.Descriptor, EPOLLIN);
            socket.IsPaused = false;
            return true;
        }
        catch (LibCException exception)
        {
            PauseAll(socket, exception.Message);
            return false;
        }
    }

    /// <summary>Gives a VM a port and shakes hands, or refuses it.</summary>
    private void Answer(VmConnection connection)
    {
        string name = connection.Socket.VmName ?? FreeName();
        bool isWatched = false;
        string? refusal;
        try
        {
            Watch(connection.Descriptor, EPOLLIN | EPOLLRDHUP);
            isWatched = true;
            refusal = Attach(connection, name);
        }
        catch (LibCException exception)
        {
            refusal = exception.Message;
        }
        catch (OperationCanceledException)
        {
            refusal = "the engine has ended";
        }
        try
        {
            if (refusal is null)
                Greet(connection);
            else
                Refuse(connection, name, refusal);
        }
        catch (LibCException exception)
        {
            _log.HandshakeFailed(connection.Socket.Log, connection.Socket.Path, connection.Peer.Pid, exception.Message);
            isWatched = false;
        }
        if (!isWatched)
            Close(connection); // whose end nobody would notice
    }

    private static void Greet(VmConnection connection)
    {
        var offer = connection.Port!.Offer;
        Handshake.Send(connection.Descriptor, (ushort)offer.PeerId, offer.Region.Memory.Descriptor, offer.Kick.Descriptor, offer.Call.Descriptor);
    }

    /// <summary>The blank region is the VM's alone: nothing of it stays here, and it goes with its QEMU.</summary>
    private void Refuse(VmConnection connection, string name, string reason)
    {
        _log.VmRefused(connection.Socket.Log, name, connection.Peer.Pid, reason);
        (var kick, var call) = connection.Events;
        using var blank = _blank;
        _blank = null;
        Handshake.Send(connection.Descriptor, PeerIds.Refused, blank!.Descriptor, kick.Descriptor, call.Descriptor);
        connection.Release();
    }

    /// <summary>Has the engine take a VM on. The engine answers between two rounds.</summary>
    /// <returns>Why it does not; null: it did.</returns>
    private string? Attach(VmConnection connection, string name)
    {
        var socket = connection.Socket;
        var peer = connection.Peer;
        if (socket.RefusalOf(peer, "QEMU") is { } refusal)
            return refusal;
        if (socket.VmName is not null && _connections.Values.Any(c => c.Port?.Name == name))
            return $"a VM named {name} is attached already";
        if (connection.MakeOffer(_regions, name) is not { } offer)
            return PeerIds.AllTaken;
        connection.Port = _engine.AttachAsync(offer).GetAwaiter().GetResult();
        _ledger.LastPeerId = _peerIds.Last;
        if (connection.Port is not null)
            connection.Keep();
        return connection.Port is null ? offer.Region.AllPortsTaken : null;
    }

    /// <summary>QEMU never sends anything: what comes is the end.</summary>
    private void Receive(VmConnection connection)
    {
        byte ignored;
        long length = recv(connection.Descriptor, &ignored, 1, MSG_DONTWAIT);
        if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR))
            Close(connection);
    }

    private void Close(VmConnection connection)
    {
        _epoll.Remove(connection.Descriptor); // the keeper may still have it open: its end would be told as the next one's with this number
        _connections.Remove(connection.Descriptor);
        connection.Disconnect();
        connection.Socket.OnClosed();
        if (connection.Port is { } port)
            Release(connection, port);
        else
            connection.Release();
    }

    /// <summary>Gives back what a VM's port used, as soon as nobody reads its frames.</summary>
    private void Release(VmConnection connection, Port port)
    {
        Interlocked.Increment(ref _leaving);
        _ = _engine.DetachAsync(port).ContinueWith(
            _ =>
            {
                connection.Release();
                Interlocked.Decrement(ref _leaving);
            },
            TaskScheduler.Default);
    }

    private string FreeName()
    {
        int number = 1;
        while (_connections.Values.Any(c => c.Port?.Name == $"vm{number}"))
            number++;
        return $"vm{number}";
    }

    private void Watch(int descriptor, int events) => _epoll.Add(descriptor, events, (ulong)descriptor);
}
