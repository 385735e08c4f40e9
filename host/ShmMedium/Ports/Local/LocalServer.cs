using ShmWifi.Configuration;
using ShmWifi.Hwsim;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Hwsim.Radios;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Engine;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.Local;

/// <summary>The port of this machine's own hwsim radios, and the thread that does for them what shm-injector does in a VM.</summary>
/// <remarks>
/// A daemon that begins is refused when the radios cannot be had. Once it serves, they may go: hwsim is unloaded, or another program has them when an
/// engine takes over. VMs go on then, and the radios are asked for each second.
/// </remarks>
internal sealed class LocalServer : IPortServer
{
    private static readonly TimeSpan s_retryInterval = TimeSpan.FromSeconds(1);

    private readonly MediumEngine _engine;
    private readonly RegionSource _regions;
    private readonly PeerIds _peerIds;
    private readonly ushort _ownPeerId;
    private readonly Func<HwsimRegistration> _take;
    private readonly Action<string> _warn;
    private readonly Action<string> _fail;
    private readonly HwsimRegistration? _first; // null: an engine that takes over asks for them when VMs are served
    private readonly EventfdDevice _device = new();
    private readonly StopSignal _stop = new();
    private readonly TaskCompletionSource _started = new();
    private readonly Thread _thread;
    private RegionLease? _lease;
    private Port? _port;
    private ushort _peerId;
    private string? _refusal; // what was warned of last

    /// <summary>Frames wait in the kernel until <see cref="Start"/>.</summary>
    /// <param name="ownPeerId">Its place after those of the VMs.</param>
    /// <param name="isTakenOver">Whether VMs wait for this engine: the radios do not keep them from it.</param>
    /// <param name="take">Takes the radios from the kernel.</param>
    /// <param name="warn">Takes what the operator should know.</param>
    /// <param name="fail">Told when the radios cannot be served any more, with the reason.</param>
    /// <exception cref="HwsimException">This kernel has no such radios, or does not give their medium.</exception>
    public LocalServer(MediumEngine engine, RegionSource regions, PeerIds peerIds, ushort ownPeerId, bool isTakenOver,
        Func<HwsimRegistration> take, Action<string> warn, Action<string> fail)
    {
        (_engine, _regions, _peerIds, _ownPeerId) = (engine, regions, peerIds, ownPeerId);
        (_take, _warn, _fail) = (take, warn, fail);
        _first = isTakenOver ? null : take();
        _thread = new Thread(Run) { Name = "kernel-radios", IsBackground = true };
    }

    /// <summary>Whether the radios may have, and send as, addresses of VMs.</summary>
    public bool Spoofing { get; init; }

    /// <inheritdoc/>
    public void Start()
    {
        if (_first is null)
            _ = _started.TrySetResult();
        else
            Attach();
        _thread.Start();
        _started.Task.GetAwaiter().GetResult();
    }

    /// <summary>Gives the frames back to the kernel.</summary>
    public void Dispose()
    {
        _stop.Stop();
        if (_thread.IsAlive)
            _thread.Join();
        _first?.Dispose();
        if (_port is { } port)
            _engine.DetachAsync(port).GetAwaiter().GetResult();
        if (_peerId != 0)
            _peerIds.Return(_peerId);
        _stop.Dispose();
        _device.Dispose();
        _lease?.Dispose();
    }

    /// <summary>Not before the VMs of an engine before have theirs, which may be in the same region.</summary>
    /// <exception cref="IOException">All are taken.</exception>
    private void Attach()
    {
        if (_peerId == 0 && !_peerIds.TryTake(_ownPeerId, out _peerId))
            throw new IOException(PeerIds.AllTaken);
        _lease ??= _regions.Lease(DaemonConfiguration.LocalName);
        var offer = new PortOffer
        {
            Name = DaemonConfiguration.LocalName,
            Kind = PortKind.Local,
            PeerId = _peerId,
            Addresses = new AddressPolicy(_peerId, _peerIds, [], Spoofing),
            Region = _lease,
            Call = _device.Doorbell,
            Kick = _device.KickFd,
        };
        _port = _engine.AttachAsync(offer).GetAwaiter().GetResult() ?? throw new IOException(_lease.AllPortsTaken);
    }

    private void Run()
    {
        try
        {
            var registration = _first ?? TryTake();
            while (true)
            {
                if (registration is not null)
                    Serve(registration);
                if (Poll.WaitFor(_stop.Descriptor, POLLIN, s_retryInterval)) // first, as a hwsim that is being unloaded is found for a moment
                    return;
                registration = TryTake();
            }
        }
        catch (OperationCanceledException)
        {
            // The engine has ended.
        }
        catch (IOException exception)
        {
            if (!_started.TrySetException(exception))
                _fail(exception.Message);
        }
    }

    /// <returns>Null: not now; the operator was told why.</returns>
    private HwsimRegistration? TryTake()
    {
        try
        {
            if (_port is null)
                Attach();
            var registration = _take();
            _refusal = null;
            return registration;
        }
        catch (IOException exception)
        {
            if (exception.Message != _refusal)
                _warn($"this kernel's radios are not on the medium: {exception.Message} (they are asked for each second)");
            _refusal = exception.Message;
            return null;
        }
    }

    /// <summary>Serves until the end, or until hwsim is unloaded.</summary>
    private void Serve(HwsimRegistration registration)
    {
        using (registration)
        {
            try
            {
                var discovery = new RadioDiscovery(registration.Hwsim, registration.Nl80211, new NetworkNamespaces(_warn));
                var rings = _port!.Rings;
                using var loop = new HwsimService(
                    registration, rings.Region, rings.Region.OpenGuestPort(rings.Index), _device, _stop, discovery, maxBusyPollNs: 0, _warn);
                loop.Clock.KnowSame();
                loop.Start();
                _ = _started.TrySetResult();
                loop.Run();
            }
            catch (HwsimAbsentException) when (_started.Task.IsCompletedSuccessfully) // else the daemon's start is refused
            {
                _warn("mac80211_hwsim was unloaded: waiting until it is loaded again");
            }
        }
    }
}
