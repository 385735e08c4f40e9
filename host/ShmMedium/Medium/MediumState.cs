using System.Collections.Concurrent;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Medium.Contention;
using ShmWifi.ShmMedium.Medium.Faults;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Medium.Phy;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>What the medium is like now: links, error rates, faults, and what is still to change by itself.</summary>
/// <remarks>The engine thread's alone, except for <see cref="Prepare"/> and <see cref="Current"/>.</remarks>
internal sealed class MediumState
{
    private readonly ConcurrentDictionary<string, ErrorModel> _tables = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ReplaceMedium, LinkOverrides> _links = new(ReferenceEqualityComparer.Instance); // of changes that come
    private readonly MediumLedger _ledger;
    private MediumConfiguration _current = new();
    private ScheduledChange[] _schedule = []; // by time
    private int _nextScheduled;
    private long _scheduleSinceNs;
    private Action<MediumChange>? _watchers;

    /// <summary>A medium that begins.</summary>
    /// <param name="ledger">Where its counters are.</param>
    /// <exception cref="ConfigurationException">An error table that it names cannot be read, or is wrong.</exception>
    public MediumState(MediumConfiguration medium, long mediumNs, MediumLedger ledger)
    {
        _ledger = ledger;
        var all = new ReplaceMedium(medium);
        Prepare(all);
        Links = new LinkTable(medium, mediumNs, ledger.Draws);
        Faults = new FaultTable(ledger.Faults);
        Agreements = new AgreementLedger(ledger.Agreements);
        Use(all, mediumNs);
    }

    /// <summary>A medium that goes on where it was saved.</summary>
    /// <inheritdoc cref="MediumState(MediumConfiguration, long, MediumLedger)"/>
    public MediumState(SavedMedium saved, MediumLedger ledger)
        : this(saved.Medium, saved.SinceNs, ledger)
    {
        Links.Resume(saved.MotionsSinceNs);
        JammersSinceNs = saved.JammersSinceNs;
        (_scheduleSinceNs, _nextScheduled) = (saved.ScheduleSinceNs, saved.ScheduleDone);
        UpdateNextChange();
    }

    /// <summary>How good the links between radios are.</summary>
    public LinkTable Links { get; }

    /// <summary>Injected faults.</summary>
    public FaultTable Faults { get; }

    /// <summary>Where the next engine finds what stations agreed on.</summary>
    public AgreementLedger Agreements { get; }

    /// <summary>When each jammer's first burst began, ns of medium time, by its name.</summary>
    public IReadOnlyDictionary<string, long> JammersSinceNs { get; private set; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>From SNR to loss.</summary>
    public ErrorModel Errors { get; private set; } = ErrorModel.BuiltIn;

    /// <summary>The configuration with all changes so far; any thread may read it.</summary>
    public MediumConfiguration Current => Volatile.Read(ref _current);

    /// <summary>Every radio receives every other, at the first attempt, at once.</summary>
    public bool IsPerfect { get; private set; }

    /// <summary>When the next scheduled change is due, ns of medium time; <see cref="long.MaxValue"/>: there is none.</summary>
    public long NextChangeNs { get; private set; } = long.MaxValue;

    /// <summary>The injected fault that hits a frame on its way to a radio; null: none does.</summary>
    internal Fault? FaultOn(in Frame frame, Radio receiver) =>
        Faults.IsEmpty ? null : Faults.Hit(frame.Span, frame.Sender.Endpoint, receiver.Endpoint);

    /// <summary>The probability that a PPDU is not received over a link.</summary>
    /// <param name="curve">Of <see cref="ErrorModel.CurveOf"/>.</param>
    /// <param name="octets">Of the PSDU, FCS included.</param>
    internal float LossOf(in LinkBudget link, int curve, int octets) => float.IsNaN(link.Loss) ? Errors.Per(curve, link.SnrDb, octets) : link.Loss;

    /// <summary>Reads the files that a change names, and finds its links' places, so that the engine need not; any thread may.</summary>
    /// <exception cref="ConfigurationException">One cannot be read, or is wrong.</exception>
    public void Prepare(MediumChange change)
    {
        foreach (string file in ErrorTables.NamedBy(change))
            _tables[file] = ErrorModel.Load(file);
        if (change is ReplaceMedium all)
            _links[all] = LinkOverrides.Of(all.Medium.Links);
    }

    /// <summary>Carries out a change.</summary>
    public void Apply(MediumChange change, long mediumNs)
    {
        if (change is ReplaceMedium)
            _ledger.Draws.ForgetLeft();
        Use(change, mediumNs);
        Volatile.Read(ref _watchers)?.Invoke(change);
    }

    /// <summary>Tells of each change that is carried out; any thread may ask.</summary>
    /// <param name="changed">Called by the engine thread: must not block.</param>
    /// <returns>Dispose of it to unsubscribe.</returns>
    public IDisposable Watch(Action<MediumChange> changed)
    {
        lock (_tables)
            _watchers += changed;
        return new Watcher(this, changed);
    }

    /// <summary>Since when the schedule's times count, ns of medium time, and how many of its changes were carried out.</summary>
    public (long SinceNs, int Done) ScheduleProgress => (_scheduleSinceNs, _nextScheduled);

    /// <summary>Carries out the scheduled changes that are due.</summary>
    public bool RunSchedule(long mediumNs)
    {
        bool any = false;
        while (NextChangeNs <= mediumNs)
        {
            var change = _schedule[_nextScheduled++].Change;
            long dueNs = NextChangeNs;
            UpdateNextChange();
            Apply(change, dueNs);
            any = true;
        }
        return any;
    }

    /// <summary>What the next engine goes on with.</summary>
    /// <param name="startNs">When the medium's time was 0, by CLOCK_MONOTONIC.</param>
    public SavedMedium Save(long startNs)
    {
        (long sinceNs, var motions) = Links.Save();
        return new SavedMedium(_current, startNs, sinceNs, motions, JammersSinceNs, _scheduleSinceNs, _nextScheduled);
    }

    /// <summary>The configuration that goes on from here as this medium does: places as they are now, motions and schedule from here on.</summary>
    public MediumConfiguration Snapshot(long mediumNs) => Links.Snapshot(_current, mediumNs) with
    {
        Schedule = [.. _schedule.Skip(_nextScheduled)
            .Select(coming => coming with { At = coming.At - TimeSpan.FromTicks((mediumNs - _scheduleSinceNs) / TimeSpan.NanosecondsPerTick) })],
    };

    private void Use(MediumChange change, long mediumNs)
    {
        var before = _current;
        var after = change.ApplyTo(before);
        Volatile.Write(ref _current, after);
        Links.Apply(change, after, mediumNs, change is ReplaceMedium all && _links.TryRemove(all, out var given) ? given : null);
        Errors = after.ErrorTable is { } file ? _tables[file] : ErrorModel.BuiltIn;
        if (!ReferenceEquals(before.Faults, after.Faults))
            Faults.Apply(after.Faults, after.Seed);
        if (!ReferenceEquals(before.Jammers, after.Jammers))
            JammersSinceNs = after.Jammers.ToDictionary(j => j.Name, j => before.Jammers.Contains(j) ? JammersSinceNs[j.Name] : mediumNs);
        if (!ReferenceEquals(before.Schedule, after.Schedule))
            Schedule(after.Schedule, mediumNs);
        IsPerfect = Links.IsPerfect && Faults.IsEmpty && after.Timing == Timing.Instant;
    }

    private void Schedule(IReadOnlyList<ScheduledChange> schedule, long mediumNs)
    {
        _schedule = [.. schedule.OrderBy(coming => coming.At)];
        _nextScheduled = 0;
        _scheduleSinceNs = mediumNs;
        UpdateNextChange();
    }

    private void UpdateNextChange() => NextChangeNs = _nextScheduled < _schedule.Length
        ? _scheduleSinceNs + (_schedule[_nextScheduled].At.Ticks * TimeSpan.NanosecondsPerTick)
        : long.MaxValue;

    private sealed class Watcher(MediumState model, Action<MediumChange> changed) : IDisposable
    {
        public void Dispose()
        {
            lock (model._tables)
                model._watchers -= changed;
        }
    }
}
