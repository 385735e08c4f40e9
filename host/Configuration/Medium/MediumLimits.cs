using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration.Medium;

/// <summary>How much one medium may hold. A client of the control API can ask for no more, so
/// that it cannot fill the daemon's memory or slow its engine.</summary>
public static class MediumLimits
{
    /// <summary>VMs of one medium.</summary>
    public const int Vms = 1024;

    /// <summary>Entries about radios. 120 VMs of 64 radios are 7680 radios, but one entry may be about all radios of a VM.</summary>
    public const int Radios = 1024;

    /// <summary>Given links: all pairs of as many VMs as there may be, one way each.</summary>
    public const int Links = Vms * (Vms - 1);

    /// <summary>Walls: a large building's floor. A change of one takes the engine some 1 ms, a path through all of the floor some 2 µs.</summary>
    public const int Walls = 1024;

    /// <summary>Faults: each is looked at for each frame and receiver.</summary>
    public const int Faults = 256;

    /// <summary>Jammers: each burst reaches every radio on its channels.</summary>
    public const int Jammers = 64;

    /// <summary>Bursts of all jammers in a second: where 1,000 radios are on a channel, one takes the engine some 40 µs.</summary>
    public const int BurstsPerSecond = 10_000;

    /// <summary>Scheduled changes: one a second for an hour, and some.</summary>
    public const int Schedule = 4096;

    /// <summary>Points of one path: one a second for an hour, and some.</summary>
    public const int Waypoints = 4096;

    /// <summary>What is wrong with a medium, now or when all of its schedule is carried out: too much of something, or walls in vain.</summary>
    /// <returns>null when nothing is.</returns>
    public static string? Problem(MediumConfiguration medium) => TooMuch(medium) ?? WallsInVain(medium);

    /// <summary>What is too much of something, now or when all of the schedule is carried out.</summary>
    /// <returns>null when all is within the limits.</returns>
    internal static string? TooMuch(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        var changes = medium.Schedule.Select(c => c.Change).ToList();
        return Section.TooMany("schedule", changes.Count, Schedule)
            ?? Section.TooMany("radios", medium.Radios.Concat(changes.OfType<SetRadio>().Select(c => c.Radio)).DistinctBy(r => r.Radio).Count(),
                Radios)
            ?? Section.TooMany("links", LinksAtMost(LinkList.Of(medium.Links), changes), Links)
            ?? Section.TooMany("walls", medium.AllWalls.DistinctBy(w => w.Name).Count(), Walls)
            ?? Section.TooMany("faults", medium.Faults.Concat(changes.OfType<SetFault>().Select(c => c.Fault)).DistinctBy(f => f.Name).Count(),
                Faults)
            ?? Section.TooMany("jammers", medium.AllJammers.DistinctBy(j => j.Name).Count(), Jammers)
            ?? TooManyBursts(medium.AllJammers);
    }

    /// <summary>That there are walls, now or by the schedule, while links are not computed from places, now or by the schedule.</summary>
    /// <returns>null when links are, or there are none.</returns>
    internal static string? WallsInVain(MediumConfiguration medium)
    {
        if (!medium.AllWalls.Any())
            return null;
        return medium.Propagation is null
            ? "'walls' without 'propagation': links are not computed from places; give how, such as 'propagation: freeSpace'"
            : medium.Schedule.FirstOrDefault(c => c.Change is SetPropagation { Propagation: null }) is { At: var at }
            ? $"'walls' while 'schedule' has 'propagation: none' at {Duration.ToText(at)}; links are not computed from places then: keep one"
            : null;
    }

    /// <summary>That jammers would keep the engine from its frames.</summary>
    /// <returns>null when they do not.</returns>
    internal static string? TooManyBursts(IEnumerable<JammerConfiguration> jammers)
    {
        double bursts = jammers.Sum(j => 1 / j.Period.TotalSeconds);
        return bursts <= BurstsPerSecond
            ? null
            : FormattableString.Invariant($"'jammers' have {bursts:0} bursts a second; allowed: at most {BurstsPerSecond}; give longer periods");
    }

    private static int LinksAtMost(LinkList links, IEnumerable<MediumChange> changes) =>
        links.Count + changes.OfType<SetLink>().DistinctBy(c => (c.Link.From, c.Link.To)).Count(c => !links.Has(c.Link.From, c.Link.To));
}
