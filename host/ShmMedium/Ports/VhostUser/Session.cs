using System.Runtime.ExceptionServices;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Engine;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>Serves a front end that has a port until it goes: its requests, and its guest's frames.</summary>
internal sealed class Session : IStepped, IDisposable
{
    private const long TickNs = 1_000_000_000; // as often one looks whether the port is served
    private const int PassesBetweenLooks = 64; // at what else there is, while frames pass
    private const int MaxEvents = 8;

    private readonly Port _port;
    private readonly EventfdDevice _device;
    private readonly StopSignal _stop;
    private readonly Epoll _epoll = new();
    private readonly FrontEnd _frontEnd;
    private readonly KeptFrontEnd _kept;
    private readonly InBandNotifications? _inBand;
    private volatile ExceptionDispatchInfo? _failure; // of a step
    private IReadOnlyList<LeftRadio> _left;
    private HwsimDatapath? _datapath;

    /// <summary>Begins.</summary>
    /// <param name="connection">Owned by the session from now on.</param>
    /// <param name="device">Between the port's two ends.</param>
    /// <param name="stop">Ends it.</param>
    /// <param name="kept">For the engine that comes next.</param>
    /// <param name="left">Its radios, if another engine served it.</param>
    /// <param name="inBand">In virtual time; else null.</param>
    /// <exception cref="LibCException">No descriptors are left.</exception>
    public Session(
        FileDescriptor connection, Port port, EventfdDevice device, StopSignal stop, KeptFrontEnd kept, IReadOnlyList<LeftRadio> left,
        InBandNotifications? inBand = null)
    {
        _inBand = inBand;
        (_port, _device, _stop, _kept, _left) = (port, device, stop, kept, left);
        _frontEnd = new FrontEnd(connection, Unwatch, Watch, kept, inBand);
        _epoll.Add(connection.Descriptor, EPOLLIN, (ulong)Wake.Request);
        _epoll.Add(stop.Descriptor, EPOLLIN, (ulong)Wake.Stop);
        if (inBand is null)
            _epoll.Add(device.Descriptor, EPOLLIN | EPOLLET, (ulong)Wake.Frames);
    }

    private enum Wake : ulong
    {
        Stop,
        Request,
        Frames,
    }

    /// <summary>Goes on where another engine stopped; before <see cref="Run()"/>.</summary>
    /// <exception cref="FrontEndException">That cannot be.</exception>
    public void Resume()
    {
        _frontEnd.Resume();
        Switch(isLeft: true);
    }

    /// <summary>Serves it.</summary>
    /// <exception cref="FrontEndException">It has gone, or broke the rules.</exception>
    public void Run()
    {
        try
        {
            while (!_stop.IsStopWanted)
            {
                bool isBusy = Move();
                if (Look(isBusy || _datapath is { } datapath && !datapath.TryArm() ? 0 : TickNs))
                    Receive();
            }
        }
        catch (FrontEndException exception) when (exception is not FrontEndGoneException)
        {
            _frontEnd.TellError();
            throw;
        }
    }

    /// <summary>Serves it in virtual time: all but the waiting for requests is done on the engine's thread.</summary>
    /// <exception cref="FrontEndException">It has gone, or broke the rules.</exception>
    /// <exception cref="OperationCanceledException">The engine has ended.</exception>
    public void Run(MediumEngine engine)
    {
        Do(() => engine.Add(this));
        try
        {
            while (!_stop.IsStopWanted)
            {
                _failure?.Throw();
                if (Look(TickNs))
                    Do(Receive);
            }
        }
        finally
        {
            Do(() =>
            {
                engine.Remove(this);
                End();
            });
        }

        void Do(Action action) => engine.PostAsync(() =>
        {
            action();
            return true;
        }).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public bool Step()
    {
        if (_datapath is not { } datapath || _failure is not null || !(_inBand!.IsKicked || _port.OutstandingRx != 0 || datapath.IsHeldUp))
            return false;
        try
        {
            _inBand.IsKicked = datapath.Pass() || !datapath.TryArm(); // so until there is nothing left: guests kick only where that was asked for
            return _inBand.IsKicked;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException) // a failure in serving it is the end of this VM alone
        {
            _failure = ExceptionDispatchInfo.Capture(exception); // thrown by the VM's own thread
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        _frontEnd.Dispose();
        _epoll.Dispose();
    }

    private void End()
    {
        _datapath?.Dispose();
        _datapath = null;
    }

    private void Receive()
    {
        _frontEnd.Receive();
        if (_frontEnd.IsRunning != _datapath is not null)
            Switch();
    }

    /// <summary>Moves frames, for a while at most.</summary>
    /// <returns>Whether there may be more.</returns>
    private bool Move()
    {
        for (int passes = 0; _datapath is not null && passes < PassesBetweenLooks; passes++)
        {
            if (!_datapath.Pass())
                return false;
        }
        return _datapath is not null;
    }

    /// <returns>Whether there is a request.</returns>
    private bool Look(long timeoutNs)
    {
        Span<epoll_event> events = stackalloc epoll_event[MaxEvents];
        foreach (ref readonly var happened in events[.._epoll.Wait(events, timeoutNs)])
        {
            if ((Wake)happened.data.u64 == Wake.Request)
                return true;
        }
        return false;
    }

    /// <summary>The guest's driver has its queues, or has them no more.</summary>
    private void Switch(bool isLeft = false)
    {
        End();
        if (!isLeft)
            _kept.ForgetUnanswered();
        if (!_frontEnd.IsRunning)
            return;
        var (toHost, toGuest) = (_frontEnd.ToHost, _frontEnd.ToGuest);
        var port = _port.Rings.Region.OpenGuestPort(_port.Rings.Index);
        var channel = new VirtqueueChannel(
            toHost.Queue, toGuest.Queue, () => _frontEnd.Interrupt(0), () => _frontEnd.Interrupt(1), () => port.Count(GuestCounter.DropNoBuffer));
        _datapath = new HwsimDatapath(port, _device, channel, isLate: toHost.Queue.WasServed, _kept, _left, isClockShared: _inBand is null);
        _left = []; // a driver that starts anew tells its addresses
    }

    private void Watch(FileDescriptor kick) => _epoll.Add(kick.Descriptor, EPOLLIN | EPOLLET, (ulong)Wake.Frames);

    private void Unwatch(FileDescriptor kick) => _epoll.Remove(kick.Descriptor); // the front end has it open, too
}
