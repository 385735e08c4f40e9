namespace ShmWifi.Configuration.Medium;

/// <summary>What the medium is like: where radios are, how good their links are, the injected faults, and what changes when.</summary>
/// <remarks>Immutable: a change makes another one (<see cref="MediumChange"/>). The same keys in a
/// configuration file, in the control API and in what <c>ctl save</c> writes.</remarks>
public sealed record MediumConfiguration
{
    private readonly LinkList _links = LinkList.Empty;

    /// <summary>Whether frames take their airtime.</summary>
    public Timing Timing { get; init; }

    /// <summary>What every random draw comes from: the same seed, frames and changes give the same fates.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What is known of radios. The last entry that names a radio and has a value for something holds for that.</summary>
    public IReadOnlyList<RadioConfiguration> Radios { get; init; } = [];

    /// <summary>Links that are given, not computed. The last one that names a pair holds.</summary>
    public IReadOnlyList<LinkConfiguration> Links
    {
        get => _links;
        init => _links = LinkList.Of(value);
    }

    /// <summary>How links that are not given are computed from positions; null: they are perfect.</summary>
    public PropagationConfiguration? Propagation { get; init; }

    /// <summary>What paths lose in, beside what <see cref="Propagation"/> says.</summary>
    public IReadOnlyList<WallConfiguration> Walls { get; init; } = [];

    /// <summary>How signals vary with time; null: they do not.</summary>
    public FadingConfiguration? Fading { get; init; }

    /// <summary>Absolute path of a table of error rates in place of the built-in curves; null: those.</summary>
    public string? ErrorTable { get; init; }

    /// <summary>The injected faults; the first one that matches a frame and receiver is carried out.</summary>
    public IReadOnlyList<FaultConfiguration> Faults { get; init; } = [];

    /// <summary>Sources of noise that are no guests.</summary>
    public IReadOnlyList<JammerConfiguration> Jammers { get; init; } = [];

    /// <summary>What changes by itself, in the order of time.</summary>
    public IReadOnlyList<ScheduledChange> Schedule { get; init; } = [];

    /// <summary>The jammers of now, and those that the schedule brings.</summary>
    public IEnumerable<JammerConfiguration> AllJammers => Jammers.Concat(Schedule.Select(c => c.Change).OfType<SetJammer>().Select(c => c.Jammer));

    /// <summary>The walls of now, and those that the schedule brings.</summary>
    public IEnumerable<WallConfiguration> AllWalls => Walls.Concat(Schedule.Select(c => c.Change).OfType<SetWall>().Select(c => c.Wall));
}

/// <summary>How long frames take.</summary>
public enum Timing
{
    /// <summary>As fast as the machine can. Written <c>instant</c>.</summary>
    Instant,

    /// <summary>Frames contend for their channel and take their airtime, as 802.11 has it. Written <c>airtime</c>.</summary>
    Airtime,
}

/// <summary>Something that happens by itself.</summary>
/// <param name="At">When: since the daemon's start, or since the scenario's.</param>
public sealed record ScheduledChange(TimeSpan At, MediumChange Change);
