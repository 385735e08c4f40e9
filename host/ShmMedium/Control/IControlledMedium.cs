using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.ShmMedium.Control;

/// <summary>A medium that the control API reads and changes while frames pass.</summary>
/// <remarks>Called by any thread; what it does to the medium happens on the engine's thread between two rounds.</remarks>
internal interface IControlledMedium
{
    /// <summary>The medium as it was given and changed so far; moving radios are where they began.</summary>
    MediumConfiguration CurrentMedium { get; }

    /// <summary>Tells of each change that is carried out: by the API, by the schedule, by anyone.</summary>
    /// <param name="changed">Called on the engine's thread: must not block.</param>
    /// <returns>Dispose of it to unsubscribe.</returns>
    IDisposable Watch(Action<MediumChange> changed);

    /// <summary>Carries a change out.</summary>
    /// <returns>Done when the next frame meets the changed medium.</returns>
    /// <exception cref="ConfigurationException">It names a file that cannot be read or is wrong. Nothing was changed.</exception>
    Task ApplyAsync(MediumChange change);

    /// <summary>The configuration that reproduces the medium as it is now: radios start from where they are.</summary>
    Task<MediumConfiguration> SnapshotMediumAsync();

    /// <summary>The radios that are on the medium; costs the engine nothing.</summary>
    IEnumerable<RadioIdentity> Radios { get; }

    /// <summary>The radios that are on the medium, as they are now.</summary>
    Task<IReadOnlyList<RadioReading>> ReadRadiosAsync();

    /// <summary>The link from one radio to another.</summary>
    /// <param name="to">Who receives; another radio.</param>
    /// <param name="rate">How a frame is sent.</param>
    /// <param name="octets">Its length, FCS included.</param>
    /// <returns>null when one of them has gone.</returns>
    Task<LinkReading?> ReadLinkAsync(RadioIdentity from, RadioIdentity to, int freqMhz, PhyRate rate, int octets);

    /// <summary>How far the schedule is.</summary>
    Task<ScheduleReading> ReadScheduleAsync();

    /// <summary>How often each fault was carried out since it was given, by its name.</summary>
    IReadOnlyDictionary<string, long> FaultHits { get; }
}
