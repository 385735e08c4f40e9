using ShmWifi.Configuration.Air;
using ShmWifi.Medium.Faults;

namespace ShmWifi.Medium.Engine;

// How the air changes: on demand, by its schedule, and as radios come and go.
public sealed unsafe partial class MediumEngine
{
    /// <summary>The air's configuration with all changes so far.</summary>
    public AirConfiguration CurrentAir => _model.Current;

    /// <summary>The faults to order, with what they hit so far.</summary>
    public IReadOnlyList<Fault> Faults => _model.Faults.All;

    /// <summary>Changes the air between two rounds.</summary>
    /// <param name="change">What is new.</param>
    /// <returns>Ends when the next frame meets the changed air.</returns>
    /// <exception cref="Configuration.ConfigurationException">A file that it names cannot be read, or is wrong.</exception>
    public Task ApplyAsync(AirChange change)
    {
        _model.Prepare(change);
        return PostAsync(() =>
        {
            _model.Apply(change, _clock.NowNs);
            return true;
        });
    }

    /// <summary>The configuration that goes on from here as the air does: places as they are now.</summary>
    public Task<AirConfiguration> SnapshotAirAsync() => PostAsync(() => _model.Snapshot(_clock.NowNs));

    /// <summary>Tells of each change of the air.</summary>
    /// <param name="changed">Called by the engine thread: must not block.</param>
    /// <returns>Dispose of it to hear no more.</returns>
    public IDisposable WatchAir(Action<AirChange> changed) => _model.Watch(changed);

    /// <summary>Has the engine thread read the air between two rounds.</summary>
    /// <param name="read">Gets the air and its time, ns. Must not block.</param>
    public Task<T> ReadAirAsync<T>(Func<AirModel, long, T> read) => PostAsync(() => read(_model, _clock.NowNs));

    /// <summary>Has the engine thread compute something between two rounds.</summary>
    /// <param name="compute">Must not block.</param>
    public Task<T> PostAsync<T>(Func<T> compute)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                done.SetResult(compute());
            }
            catch (Exception exception) // whoever asked is told
            {
                done.SetException(exception);
            }
        });
        return done.Task;
    }

    /// <summary>When the next thing of the air is due, from now on; <see cref="long.MaxValue"/>: nothing is.</summary>
    private long NextDueInNs
    {
        get
        {
            long dueNs = Math.Min(Math.Min(_model.NextChangeNs, _delayed.NextNs), _airtime.NextEventNs);
            return dueNs == long.MaxValue ? dueNs : Math.Max(0, dueNs - _clock.NowNs);
        }
    }

    /// <summary>Carries out what is due: scheduled changes, frames that were delayed.</summary>
    private bool RunDue()
    {
        if (_model.NextChangeNs == long.MaxValue && _delayed.NextNs == long.MaxValue)
            return false;
        long airNs = _clock.NowNs;
        bool busy = false;
        if (_model.NextChangeNs <= airNs)
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            busy = _model.RunSchedule(airNs);
            _controlAllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocated;
        }
        while (_delayed.TryTake(airNs, out DelayedDelivery delivery))
        {
            busy = true;
            if (delivery.Hearer.Port.Radios[delivery.Hearer.Number] == delivery.Hearer)
                Deliver(in _held[delivery.Ticket], delivery.Hearer, delivery.Hearing);
            _held.Release(delivery.Ticket);
        }
        if (busy)
            PublishRx();
        return busy;
    }

    /// <summary>Has happen what is due on channels that frames contend for.</summary>
    private bool AdvanceAir()
    {
        if (_airtime.NextEventNs == long.MaxValue)
            return false;
        long airNs = _clock.NowNs;
        if (_airtime.NextEventNs > airNs)
            return false;
        _airtime.Advance(airNs);
        return true;
    }
}
