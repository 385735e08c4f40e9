using ShmWifi.Linux;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Ports.Sockets;
using ShmWifi.ShmMedium.VirtualTime;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>A VM whose front end speaks vhost-user. It may come and go: each time it gets a port.</summary>
/// <remarks>Who connects while another is served waits in the socket's backlog: when a VM was restarted, the one before is gone in a
/// moment.</remarks>
internal sealed unsafe class VhostUserVm : IDisposable
{
    private readonly MediumEngine _engine;
    private readonly IVhostUserLog _log;
    private readonly RegionSource _regions;
    private readonly VmSocket _socket;
    private readonly PeerIds _peerIds;
    private readonly KeptFrontEnd _kept;
    private readonly StopSignal _stop = new();
    private readonly Thread _thread;

    /// <summary>One that does not run yet.</summary>
    /// <param name="socket">Owned from now on.</param>
    /// <param name="store">Keeps a front end for the engine that comes after this one.</param>
    public VhostUserVm(MediumEngine engine, IVhostUserLog log, RegionSource regions, VmSocket socket, PeerIds peerIds, IDescriptorStore store)
    {
        (_engine, _log, _regions, _socket, _peerIds) = (engine, log, regions, socket, peerIds);
        _kept = new KeptFrontEnd(store, Name);
        _thread = new Thread(Run) { Name = $"vhost-user-{Name}", IsBackground = true };
    }

    /// <summary>The VM's.</summary>
    public string Name => _socket.VmName!;

    /// <summary>Whether another engine has left its front end, and that can be served on.</summary>
    public bool IsLeft => _kept.IsLeft;

    /// <summary>Keeps what another engine knew of its radios, at a port that it had; before <see cref="Start"/>.</summary>
    public void KeepRadios(Ledger ledger, int port) => LeftRadio.Save(ledger, port, _kept.Radios);

    /// <summary>Takes front ends on.</summary>
    public void Start() => _thread.Start();

    /// <summary>Takes no more on; <see cref="Dispose"/> waits for that.</summary>
    public void Stop() => _stop.Stop();

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        if (_thread.IsAlive)
            _thread.Join();
        _socket.Dispose();
        _stop.Dispose();
        _kept.Dispose();
    }

    private void Run()
    {
        if (_engine.Calendar is null && _kept.TakeConnection() is { } left) // virtual time ended with the engine before
        {
            _socket.OnResumed();
            Serve(left, isLeft: true);
        }
        else
        {
            _kept.Forget();
        }
        while (!_stop.IsStopWanted && Accept() is { } connection)
        {
            _socket.OnAccepted(MonotonicClock.NowNs);
            Serve(connection, isLeft: false);
        }
    }

    /// <summary>Serves a front end until it goes, or the engine ends; then the next one goes on with it.</summary>
    private void Serve(FileDescriptor connection, bool isLeft)
    {
        var peer = new PeerCredentials(0, uint.MaxValue, []);
        try
        {
            peer = PeerCredentials.Of(connection.Descriptor);
            Serve(connection, peer, isLeft);
        }
        catch (FrontEndGoneException)
        {
            // As each does at its end.
        }
        catch (FrontEndException exception)
        {
            _log.FrontEndBroke(_socket.Log, Name, peer.Pid, exception.Message);
        }
        catch (OperationCanceledException)
        {
            _stop.Stop(); // the engine has ended
        }
        catch (Exception exception) when (exception is not OutOfMemoryException) // a failure in serving it is the end of this VM alone
        {
            _log.FrontEndBroke(_socket.Log, Name, peer.Pid, exception is LibCException ? exception.Message : exception.ToString());
        }
        finally
        {
            if (!_stop.IsStopWanted)
                _kept.Forget();
            connection.Dispose();
            _socket.OnClosed();
        }
    }

    /// <summary>Waits for a front end.</summary>
    /// <returns>Null: it is to end.</returns>
    private FileDescriptor? Accept()
    {
        while (!_stop.IsStopWanted)
        {
            Span<pollfd> watched = [new() { fd = _stop.Descriptor, events = POLLIN }, new() { fd = _socket.Descriptor, events = POLLIN }];
            _ = Poll.WaitForAny(watched, Timeout.InfiniteTimeSpan);
            long waitNs = _socket.WaitNs(MonotonicClock.NowNs);
            if (watched[1].revents != 0 && waitNs > 0) // who comes too often waits in the backlog
            {
                if (_socket.TellHolding() is { } reason)
                    _log.AttachesHeld(_socket.Log, _socket.Path, reason);
                _ = Poll.WaitFor(_stop.Descriptor, POLLIN, TimeSpan.FromMicroseconds((waitNs / 1000) + 1));
                continue;
            }
            if (watched[1].revents != 0 && Uninterrupted.accept4(_socket.Descriptor, null, null, SOCK_CLOEXEC) is >= 0 and var descriptor)
                return new FileDescriptor(descriptor);
        }
        return null;
    }

    private void Serve(FileDescriptor connection, PeerCredentials peer, bool isLeft)
    {
        if (_socket.RefusalOf(peer, "VMM") is { } refusal)
        {
            Refuse(peer, refusal);
            return;
        }
        Participant? guest = null;
        if (_engine.Calendar is { } time && (guest = _engine.PostAsync(() => time.FindFor(peer.Pid)).GetAwaiter().GetResult()) is null)
        {
            Refuse(peer, $"its clock is its own; with 'time: virtual' start it with time-travel=ext:ID:{time.Path}");
            return;
        }
        if (!_peerIds.TryTake(_socket.PeerId, out ushort peerId))
        {
            Refuse(peer, PeerIds.AllTaken);
            return;
        }
        try
        {
            using var region = _regions.Lease(Name);
            using var device = new EventfdDevice();
            var offer = _socket.OfferOf(Name, _peerIds, peerId, peer.Pid, region, device.KickFd, device.Doorbell) with { Kind = PortKind.VhostUser };
            if (_engine.AttachAsync(offer).GetAwaiter().GetResult() is not { } port)
            {
                Refuse(peer, region.AllPortsTaken);
                return;
            }
            try
            {
                if (!isLeft)
                    _kept.Begin(connection.Descriptor);
                using var session = new Session(connection, port, device, _stop, _engine, _kept, isLeft ? LeftRadio.Of(_kept.Radios) : [], guest);
                if (isLeft)
                    session.Resume();
                session.Run();
            }
            finally
            {
                _engine.DetachAsync(port).GetAwaiter().GetResult();
            }
        }
        finally
        {
            _peerIds.Return(peerId);
        }
    }

    private void Refuse(PeerCredentials peer, string reason) => _log.FrontEndRefused(_socket.Log, Name, peer.Pid, reason);
}
