using ShmWifi.Configuration.Medium;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Control;

/// <summary>The medium of an engine.</summary>
/// <param name="engine">Runs as long as it is asked.</param>
/// <param name="changer">What has it changed: the engine itself, or what has all hosts do the same.</param>
/// <param name="note">Takes what changes; not all of many that come one after the other.</param>
internal sealed class EngineMedium(MediumEngine engine, IMediumChanger changer, Action<string> note) : IControlledMedium
{
    private const int NotesAtOnce = 16, NoteLength = 200;
    private readonly TokenBucket _notes = new(NotesAtOnce, perSecond: 1);

    /// <summary>Radios or links that one command reads: no frame passes meanwhile.</summary>
    internal const int Slice = 32;

    /// <inheritdoc/>
    public MediumConfiguration CurrentMedium => engine.CurrentMedium;

    /// <inheritdoc/>
    public IEnumerable<RadioIdentity> Radios => engine.Radios.Radios.Select(r => new RadioIdentity(r.Port.Name, r.Name, r.Number, r.Addresses));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> FaultHits => engine.Faults.ToDictionary(f => f.Configuration.Name, f => f.Hits, StringComparer.Ordinal);

    /// <inheritdoc/>
    public IDisposable Watch(Action<MediumChange> changed) => engine.WatchMedium(changed);

    /// <inheritdoc/>
    public async Task ApplyAsync(Func<MediumConfiguration, MediumChange> decide)
    {
        MediumChange? change = null;
        await changer.ApplyAsync(medium => change = decide(medium));
        if (_notes.TryTake(MonotonicClock.NowNs))
        {
            string text = $"changed by the control API: {change}";
            note(text.Length > NoteLength ? text[..NoteLength] : text);
        }
    }

    /// <inheritdoc/>
    public Task<MediumConfiguration> SnapshotMediumAsync() => engine.SnapshotMediumAsync();

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RadioReading>> ReadRadiosAsync() =>
        await ReadAsync(engine.Radios.Radios, (_, radio, mediumNs) => Read(radio, mediumNs));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<LinkReading?>> ReadLinksAsync(IReadOnlyList<LinkQuestion> questions, int octets)
    {
        var radios = engine.Radios.Radios.GroupBy(r => (r.Port.Name, r.Name)).ToDictionary(g => g.Key, g => g.First());
        Radio? Find(RadioIdentity identity) => radios.GetValueOrDefault((identity.Vm, identity.Name));
        (Radio? From, Radio? To, LinkQuestion Question)[] pairs = [.. questions.Select(q => (Find(q.From), Find(q.To), q))];
        return await ReadAsync(pairs, (model, pair, mediumNs) => Read(model, pair.From, pair.To, pair.Question, octets, mediumNs));
    }

    /// <inheritdoc/>
    public Task<ScheduleReading> ReadScheduleAsync() => engine.ReadMediumAsync((model, mediumNs) =>
    {
        (long sinceNs, int done) = model.ScheduleProgress;
        return new ScheduleReading(TimeSpan.FromTicks((mediumNs - sinceNs) / TimeSpan.NanosecondsPerTick), done);
    });

    /// <summary>Has the engine's thread read many things, some at a time: frames pass between.</summary>
    private async Task<IReadOnlyList<TReading>> ReadAsync<TThing, TReading>(IReadOnlyList<TThing> things,
        Func<MediumState, TThing, long, TReading> read)
    {
        var readings = new TReading[things.Count];
        for (int done = 0; done < readings.Length; done += Slice)
        {
            int first = done, end = Math.Min(done + Slice, readings.Length);
            await engine.ReadMediumAsync((model, mediumNs) =>
            {
                for (int i = first; i < end; i++)
                    readings[i] = read(model, things[i], mediumNs);
                return true;
            });
        }
        return readings;
    }

    private static LinkReading? Read(MediumState model, Radio? from, Radio? to, in LinkQuestion question, int octets, long mediumNs)
    {
        if (from is not { IsRegistered: true } || to is not { IsRegistered: true })
            return null;
        var budget = model.Links.Of(from.Endpoint, to.Endpoint, question.FreqMhz, mediumNs);
        float? loss = float.IsNaN(budget.Loss) ? null : budget.Loss;
        return new LinkReading(budget.SignalDbm, budget.SnrDb, loss, loss ?? model.Errors.Per(question.Rate, budget.SnrDb, octets));
    }

    private static RadioReading Read(Radio radio, long mediumNs) => new(
        radio.Port.Name,
        radio.Name,
        radio.Number,
        radio.Addresses,
        (int)radio.FreqMhz,
        radio.Flags.HasFlag(RingBuffer.Layout.RadioFlags.Monitor),
        radio.Endpoint.PositionAt(mediumNs),
        radio.Endpoint.TxPowerDbm,
        radio.Endpoint.AntennaGainDbi,
        radio.Endpoint.NoiseFloorDbm,
        radio.Endpoint.DataRate ?? DataRate.None);
}
