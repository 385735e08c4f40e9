using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Control;

/// <summary>The medium of an engine.</summary>
/// <param name="engine">Runs as long as it is asked.</param>
internal sealed class EngineMedium(MediumEngine engine) : IControlledMedium
{
    /// <inheritdoc/>
    public MediumConfiguration CurrentMedium => engine.CurrentMedium;

    /// <inheritdoc/>
    public IEnumerable<RadioIdentity> Radios => engine.Radios.Radios.Select(r => new RadioIdentity(r.Port.Name, r.Name, r.Addresses));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> FaultHits => engine.Faults.ToDictionary(f => f.Configuration.Name, f => f.Hits, StringComparer.Ordinal);

    /// <inheritdoc/>
    public IDisposable Watch(Action<MediumChange> changed) => engine.WatchMedium(changed);

    /// <inheritdoc/>
    public Task ApplyAsync(MediumChange change) => engine.ApplyAsync(change);

    /// <inheritdoc/>
    public Task<MediumConfiguration> SnapshotMediumAsync() => engine.SnapshotMediumAsync();

    /// <inheritdoc/>
    public Task<IReadOnlyList<RadioReading>> ReadRadiosAsync() => engine.ReadMediumAsync((_, mediumNs) =>
        (IReadOnlyList<RadioReading>)[.. engine.Radios.Radios.Select(r => Read(r, mediumNs))]);

    /// <inheritdoc/>
    public Task<LinkReading?> ReadLinkAsync(RadioIdentity from, RadioIdentity to, int freqMhz, PhyRate rate, int octets) =>
        engine.ReadMediumAsync((model, mediumNs) =>
    {
        if (Find(from) is not { } sender || Find(to) is not { } receiver)
            return null;
        var budget = model.Links.Of(sender.Endpoint, receiver.Endpoint, freqMhz, mediumNs);
        float? loss = float.IsNaN(budget.Loss) ? null : budget.Loss;
        return new LinkReading(budget.SignalDbm, budget.SnrDb, loss, loss ?? model.Errors.Per(rate, budget.SnrDb, octets));
    });

    /// <inheritdoc/>
    public Task<ScheduleReading> ReadScheduleAsync() => engine.ReadMediumAsync((model, mediumNs) =>
    {
        (long sinceNs, int done) = model.ScheduleProgress;
        return new ScheduleReading(TimeSpan.FromTicks((mediumNs - sinceNs) / TimeSpan.NanosecondsPerTick), done);
    });

    private static RadioReading Read(Radio radio, long mediumNs) => new(
        radio.Port.Name,
        radio.Name,
        radio.Addresses,
        (int)radio.LastFreqMhz,
        radio.Flags.HasFlag(RingBuffer.Layout.RadioFlags.Monitor),
        radio.Endpoint.PositionAt(mediumNs),
        radio.Endpoint.TxPowerDbm,
        radio.Endpoint.AntennaGainDbi,
        radio.Endpoint.NoiseFloorDbm);

    private Radio? Find(RadioIdentity identity) => Array.Find(engine.Radios.Radios, r => r.Port.Name == identity.Vm && r.Name == identity.Name);
}
