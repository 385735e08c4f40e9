using ShmWifi.Configuration.Air;
using ShmWifi.Dot11;
using ShmWifi.Medium.Engine;
using ShmWifi.Medium.Ports;
using ShmWifi.Medium.Medium.Links;

namespace ShmWifi.Medium.Control;

/// <summary>The air of an engine.</summary>
/// <param name="engine">Runs as long as it is asked.</param>
internal sealed class EngineAir(MediumEngine engine) : IControlledAir
{
    /// <inheritdoc/>
    public AirConfiguration CurrentAir => engine.CurrentAir;

    /// <inheritdoc/>
    public IEnumerable<RadioIdentity> Radios => engine.Radios.Radios.Select(r => new RadioIdentity(r.Port.Name, r.Name, r.Addresses));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> FaultHits => engine.Faults.ToDictionary(f => f.Configuration.Name, f => f.Hits, StringComparer.Ordinal);

    /// <inheritdoc/>
    public IDisposable Watch(Action<AirChange> changed) => engine.WatchAir(changed);

    /// <inheritdoc/>
    public Task ApplyAsync(AirChange change) => engine.ApplyAsync(change);

    /// <inheritdoc/>
    public Task<AirConfiguration> SnapshotAirAsync() => engine.SnapshotAirAsync();

    /// <inheritdoc/>
    public Task<IReadOnlyList<RadioReading>> ReadRadiosAsync() => engine.ReadAirAsync((_, airNs) =>
        (IReadOnlyList<RadioReading>)[.. engine.Radios.Radios.Select(r => Read(r, airNs))]);

    /// <inheritdoc/>
    public Task<LinkReading?> ReadLinkAsync(RadioIdentity from, RadioIdentity to, int freqMhz, PhyRate rate, int octets) => engine.ReadAirAsync((model, airNs) =>
    {
        if (Find(from) is not { } sender || Find(to) is not { } hearer)
            return null;
        LinkBudget budget = model.Links.Of(sender.Model, hearer.Model, freqMhz, airNs);
        float? loss = float.IsNaN(budget.Loss) ? null : budget.Loss;
        return new LinkReading(budget.SignalDbm, budget.SnrDb, loss, loss ?? model.Errors.Per(rate, budget.SnrDb, octets));
    });

    /// <inheritdoc/>
    public Task<ScheduleReading> ReadScheduleAsync() => engine.ReadAirAsync((model, airNs) =>
    {
        (long sinceNs, int done) = model.ScheduleProgress;
        return new ScheduleReading(TimeSpan.FromTicks((airNs - sinceNs) / TimeSpan.NanosecondsPerTick), done);
    });

    private static RadioReading Read(Radio radio, long airNs) => new(
        radio.Port.Name,
        radio.Name,
        radio.Addresses,
        (int)radio.LastFreqMhz,
        radio.Flags.HasFlag(RingBuffer.Layout.RadioFlags.Monitor),
        radio.Model.PositionAt(airNs),
        radio.Model.TxPowerDbm,
        radio.Model.AntennaGainDbi,
        radio.Model.NoiseFloorDbm);

    private Radio? Find(RadioIdentity identity) => Array.Find(engine.Radios.Radios, r => r.Port.Name == identity.Vm && r.Name == identity.Name);
}
