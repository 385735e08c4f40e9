using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Engine;

namespace ShmWifi.ShmMedium.Control;

/// <summary>A medium that the control API reads and changes while frames pass.</summary>
/// <remarks>Called by any thread; what it does to the medium happens on the engine's thread between two rounds.</remarks>
internal interface IControlledMedium : IMediumChanger
{
    /// <summary>The medium as it was given and changed so far; moving radios are where they began.</summary>
    MediumConfiguration CurrentMedium { get; }

    /// <summary>Tells of each change that is carried out: by the API, by the schedule, by anyone.</summary>
    /// <param name="changed">Called on the engine's thread: must not block.</param>
    /// <returns>Dispose of it to unsubscribe.</returns>
    IDisposable Watch(Action<MediumChange> changed);

    /// <summary>The configuration that reproduces the medium as it is now: radios start from where they are.</summary>
    Task<MediumConfiguration> SnapshotMediumAsync();

    /// <summary>The radios that are on the medium; costs the engine nothing.</summary>
    IEnumerable<RadioIdentity> Radios { get; }

    /// <summary>The radios that are on the medium, as they are now.</summary>
    Task<IReadOnlyList<RadioReading>> ReadRadiosAsync();

    /// <summary>Links from one radio to another.</summary>
    /// <param name="octets">The length of a frame, FCS included.</param>
    /// <returns>One for each question; null when one of its radios has gone.</returns>
    Task<IReadOnlyList<LinkReading?>> ReadLinksAsync(IReadOnlyList<LinkQuestion> questions, int octets);

    /// <summary>How far the schedule is.</summary>
    Task<ScheduleReading> ReadScheduleAsync();

    /// <summary>How often each fault was carried out since it was given, by its name.</summary>
    IReadOnlyDictionary<string, long> FaultHits { get; }
}
