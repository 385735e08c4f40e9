using System.Runtime.ExceptionServices;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.VirtualTime;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>Serves a front end that has a port until it goes: its requests, and its guest's frames.</summary>
/// <remarks>The engine's thread moves the frames: one wake-up for each, by the guest's kick. docs/decisions/0023.</remarks>
internal sealed class Session : IServed, IDisposable
{
    private readonly Port _port;
    private readonly EventfdDevice _device;
    private readonly StopSignal _stop;
    private readonly MediumEngine _engine;
    private readonly EventFd _failed = new();
    private readonly int _connection;
    private readonly FrontEnd _frontEnd;
    private readonly KeptFrontEnd _kept;
    private readonly InBandNotifications? _inBand;
    private volatile ExceptionDispatchInfo? _failure; // of a step
    private IReadOnlyList<LeftRadio> _left;
    private uint _dueInterrupts; // bit n: of queue n
    private bool _isLookedAt, _hasTaken; // in this round
    private HwsimDatapath? _datapath;

    /// <summary>Begins.</summary>
    /// <param name="connection">Owned by the session from now on.</param>
    /// <param name="device">Between the port's two ends.</param>
    /// <param name="stop">Ends it.</param>
    /// <param name="engine">Whose port it is.</param>
    /// <param name="kept">For the engine that comes next.</param>
    /// <param name="left">Its radios, if another engine served it.</param>
    /// <param name="guest">Who it is in virtual time; null: time is real.</param>
    /// <exception cref="LibCException">No descriptors are left.</exception>
    public Session(
        FileDescriptor connection, Port port, EventfdDevice device, StopSignal stop, MediumEngine engine, KeptFrontEnd kept,
        IReadOnlyList<LeftRadio> left, Participant? guest)
    {
        _engine = engine;
        _inBand = guest is null ? null : new InBandNotifications(engine.Calendar!, guest);
        (_port, _device, _stop, _kept, _left) = (port, device, stop, kept, left);
        _connection = connection.Descriptor;
        _frontEnd = new FrontEnd(connection, engine.Unwatch, engine.Watch, kept, _inBand);
    }

    /// <summary>Goes on where another engine stopped; before <see cref="Run"/>.</summary>
    /// <exception cref="FrontEndException">That cannot be.</exception>
    public void Resume()
    {
        _frontEnd.Resume();
        Switch(isLeft: true);
    }

    /// <summary>Serves it: frames are moved on the engine's thread, and requests carried out there, for which this one waits.</summary>
    /// <exception cref="FrontEndException">It has gone, or broke the rules.</exception>
    /// <exception cref="OperationCanceledException">The engine has ended.</exception>
    public void Run()
    {
        Do(() => _engine.Add(this));
        try
        {
            while (!_stop.IsStopWanted)
            {
                _failure?.Throw();
                if (IsRequestThere())
                    Do(Receive);
            }
        }
        catch (FrontEndException exception) when (exception is not FrontEndGoneException)
        {
            _frontEnd.TellError();
            throw;
        }
        finally
        {
            Do(() =>
            {
                _engine.Remove(this);
                End();
            });
        }

        void Do(Action action) => _engine.PostAsync(() =>
        {
            action();
            return true;
        }).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public bool TakeSent()
    {
        _inBand?.Look();
        _isLookedAt = _datapath is not null
            && (_inBand is null || (!_inBand.IsKickAhead && (_inBand.IsKicked || _port.OutstandingRx != 0 || _datapath.IsHeldUp)));
        return _hasTaken = _isLookedAt && Try(static datapath => datapath.TakeSent(), ifFailed: false);
    }

    /// <inheritdoc/>
    public bool Deliver()
    {
        if (_datapath is null || !(_isLookedAt || _port.OutstandingRx != 0))
            return false;
        bool isBusy = Try(static datapath => datapath.Deliver(), ifFailed: false);
        if (_inBand is { IsKickAhead: false }) // guests kick only where that was asked for: so until there is nothing left
            _inBand.IsKicked = isBusy = isBusy || _hasTaken || !TryArm();
        return isBusy;
    }

    /// <inheritdoc/>
    public void Interrupt()
    {
        for (uint queue = 0; _dueInterrupts != 0; queue++, _dueInterrupts >>= 1)
        {
            if ((_dueInterrupts & 1) == 0)
                continue;
            _port.Rings.Count(HostCounter.Doorbells);
            try
            {
                _frontEnd.Interrupt(queue);
            }
            catch (FrontEndException exception)
            {
                Fail(exception);
            }
        }
    }

    /// <inheritdoc/>
    public void AwaitInterrupted()
    {
        try
        {
            _inBand?.AwaitAnswer();
        }
        catch (FrontEndException exception)
        {
            Fail(exception);
        }
    }

    /// <inheritdoc/>
    public bool TryArm() => Try(static datapath => datapath.TryArm(), ifFailed: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        _frontEnd.Dispose();
        _failed.Dispose();
    }

    private void End()
    {
        _datapath?.Dispose();
        _datapath = null;
        _inBand?.End();
    }

    private void Receive()
    {
        _frontEnd.Receive();
        if (_frontEnd.IsRunning != _datapath is not null)
            Switch();
    }

    /// <summary>Does something while the guest's driver has its queues; a failure in that is the end of this VM alone.</summary>
    private bool Try(Func<HwsimDatapath, bool> step, bool ifFailed)
    {
        if (_datapath is not { } datapath || _failure is not null)
            return ifFailed;
        try
        {
            return step(datapath);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Fail(exception);
            return ifFailed;
        }
    }

    /// <summary>Has the VM's own thread throw it.</summary>
    private void Fail(Exception exception)
    {
        _failure = ExceptionDispatchInfo.Capture(exception);
        _failed.Signal();
    }

    /// <summary>Waits for a request, a failure of a step, or the end.</summary>
    private bool IsRequestThere()
    {
        Span<pollfd> watched =
        [
            new() { fd = _stop.Descriptor, events = POLLIN },
            new() { fd = _failed.Descriptor, events = POLLIN },
            new() { fd = _connection, events = POLLIN },
        ];
        _ = Poll.WaitForAny(watched, Timeout.InfiniteTimeSpan);
        return watched[2].revents != 0 && watched[0].revents == 0 && watched[1].revents == 0;
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
            toHost.Queue, toGuest.Queue, () => _dueInterrupts |= 1, () => _dueInterrupts |= 2, () => port.Count(GuestCounter.DropNoBuffer));
        _datapath = new HwsimDatapath(port, _device, channel, isLate: toHost.Queue.WasServed, _kept, _left, isClockShared: _inBand is null);
        _left = []; // a driver that starts anew tells its addresses
        _inBand?.Begin();
    }
}
