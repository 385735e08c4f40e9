using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Control;

namespace ShmWifi.Tests.Unit.ShmMedium.Control;

/// <summary>A medium without frames: two VMs, changes that are remembered.</summary>
internal sealed class SimulatedMedium : IControlledMedium
{
    private readonly Lock _lock = new();
    private readonly List<MediumChange> _changes = [];
    private MediumConfiguration _current = new();
    private Action<MediumChange>? _changed;

    /// <summary>The radios of VMs ap and sta1.</summary>
    public static IReadOnlyList<RadioReading> Readings { get; } =
    [
        new("ap", "phy0", 0, [new MacAddress(0x02_00_00_00_01_00)], 2437, false, new Position(0, 0, 2), 20, 2, -91, DataRate.None),
        new("sta1", "phy0", 0, [new MacAddress(0x02_00_00_00_02_00)], 0, false, new Position(10, 0.12345, 1), 15, 0, -91, DataRate.None),
        new("sta1", "phy1", 1, [new MacAddress(0x02_00_00_00_03_00)], 5180, true, new Position(10, 0, 1), 15, 0, -95, DataRate.None),
    ];

    /// <summary>What was changed, in order.</summary>
    public IReadOnlyList<MediumChange> Changes
    {
        get
        {
            lock (_lock)
                return [.. _changes];
        }
    }

    /// <summary>Why the next changes cannot be carried out; null: they can.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Changes of the schedule that were carried out.</summary>
    public int ScheduleDone { get; set; }

    /// <inheritdoc/>
    public MediumConfiguration CurrentMedium => Volatile.Read(ref _current);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> FaultHits => CurrentMedium.Faults.ToDictionary(f => f.Name, _ => 7L, StringComparer.Ordinal);

    /// <summary>Carries a change out.</summary>
    public Task ApplyAsync(MediumChange change) => ApplyAsync(_ => change);

    /// <inheritdoc/>
    public async Task ApplyAsync(Func<MediumConfiguration, MediumChange> decide)
    {
        if (Failure is not null)
            throw Failure;
        MediumChange change;
        lock (_lock)
        {
            change = decide(_current);
            _changes.Add(change);
            _current = change.ApplyTo(_current);
        }
        _changed?.Invoke(change);
        await Task.CompletedTask;
    }

    /// <inheritdoc/>
    public IDisposable Watch(Action<MediumChange> changed)
    {
        lock (_lock)
            _changed += changed;
        return new Watcher(this, changed);
    }

    /// <inheritdoc/>
    public Task<MediumConfiguration> SnapshotMediumAsync() => Task.FromResult(CurrentMedium);

    /// <inheritdoc/>
    public IEnumerable<RadioIdentity> Radios => Readings;

    /// <inheritdoc/>
    public Task<IReadOnlyList<RadioReading>> ReadRadiosAsync() => Task.FromResult(Readings);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LinkReading?>> ReadLinksAsync(IReadOnlyList<LinkQuestion> questions, int octets) =>
        Task.FromResult<IReadOnlyList<LinkReading?>>([.. questions.Select(_ =>
            new LinkReading(-60.126, 30.874, CurrentMedium.Links is [{ Loss: var loss }, ..] ? loss : null, octets / 10_000.0))]);

    /// <inheritdoc/>
    public Task<ScheduleReading> ReadScheduleAsync() => Task.FromResult(new ScheduleReading(TimeSpan.FromSeconds(1.5), ScheduleDone));

    private sealed class Watcher(SimulatedMedium medium, Action<MediumChange> changed) : IDisposable
    {
        public void Dispose()
        {
            lock (medium._lock)
                medium._changed -= changed;
        }
    }
}
