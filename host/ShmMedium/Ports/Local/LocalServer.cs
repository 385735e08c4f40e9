using ShmWifi.Hwsim;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Hwsim.Radios;
using ShmWifi.ShmMedium.Engine;

namespace ShmWifi.ShmMedium.Ports.Local;

/// <summary>The port of this machine's own hwsim radios, and the thread that does for them what shm-injector does in a VM.</summary>
internal sealed class LocalServer : IPortServer
{
    /// <summary>The port's name, by which configurations call the radios: local/phy0.</summary>
    public const string PortName = "local";

    private const uint PeerId = 1; // the first that a VM would get
    private readonly MediumEngine _engine;
    private readonly HwsimRegistration _registration; // the first
    private readonly Action<string> _warn;
    private readonly Action<string> _fail;
    private readonly RegionLease _lease;
    private readonly EventfdDevice _device = new();
    private readonly StopSignal _stop = new();
    private readonly TaskCompletionSource _started = new();
    private readonly Thread _thread;
    private Port? _port;

    /// <summary>Frames wait in the kernel until <see cref="Start"/>.</summary>
    /// <param name="registration">Taken; owned by the server from now on.</param>
    /// <param name="warn">Takes what the operator should know.</param>
    /// <param name="fail">Told when the radios cannot be served any more, with the reason.</param>
    public LocalServer(MediumEngine engine, RegionSource regions, HwsimRegistration registration, Action<string> warn, Action<string> fail)
    {
        (_engine, _registration, _warn, _fail) = (engine, registration, warn, fail);
        _lease = regions.Lease(PortName);
        _thread = new Thread(Run) { Name = "kernel-radios", IsBackground = true };
    }

    /// <inheritdoc/>
    public void Start()
    {
        var offer = new PortOffer
        {
            Name = PortName,
            Kind = PortKind.Local,
            PeerId = PeerId,
            Addresses = AddressPolicy.Unlimited,
            Region = _lease,
            Call = _device.Doorbell,
            Kick = _device.KickFd,
        };
        _port = _engine.AttachAsync(offer).GetAwaiter().GetResult();
        _thread.Start();
        _started.Task.GetAwaiter().GetResult();
    }

    /// <summary>Gives the frames back to the kernel.</summary>
    public void Dispose()
    {
        _stop.Stop();
        if (_thread.IsAlive)
            _thread.Join();
        _registration.Dispose();
        if (_port is { } port)
            _engine.DetachAsync(port).GetAwaiter().GetResult();
        _stop.Dispose();
        _device.Dispose();
        _lease.Dispose();
    }

    private void Run()
    {
        try
        {
            HwsimRegistration.ServeWheneverLoaded(_registration, _stop, Serve, _warn);
        }
        catch (IOException exception)
        {
            if (!_started.TrySetException(exception))
                _fail(exception.Message);
        }
    }

    private void Serve(HwsimRegistration registration)
    {
        if (registration != _registration)
            registration.Register();
        var discovery = new RadioDiscovery(registration.Hwsim, registration.Nl80211, new NetworkNamespaces(_warn));
        using var loop =
            new HwsimService(registration, _lease.Region, _lease.Region.OpenGuestPort(0), _device, _stop, discovery, maxBusyPollNs: 0, _warn);
        loop.Clock.KnowSame();
        try
        {
            loop.Start();
        }
        catch (HwsimAbsentException absent)
        {
            _ = _started.TrySetException(absent); // the daemon's start is refused
            throw;
        }
        _ = _started.TrySetResult();
        loop.Run();
    }
}
