namespace ShmWifi.Configuration.Medium;

/// <summary>A change to the medium: from the schedule, or from the control API.</summary>
public abstract record MediumChange
{
    /// <summary>The configuration with this change.</summary>
    public abstract MediumConfiguration ApplyTo(MediumConfiguration medium);
}

/// <summary>Everything again. A schedule starts again.</summary>
public sealed record ReplaceMedium(MediumConfiguration Medium) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium) => Medium;
}

/// <summary>Gives a link, in place of the one for the same pair of patterns.</summary>
public sealed record SetLink(LinkConfiguration Link) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium with { Links = LinkList.Of(medium.Links).With(Link) };
    }
}

/// <summary>Takes a given link back: the pair's link is computed again.</summary>
public sealed record RemoveLink(RadioPattern From, RadioPattern To) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium with { Links = LinkList.Of(medium.Links).Without(From, To) };
    }
}

/// <summary>Says something of radios; what it leaves null stays as it was.</summary>
/// <remarks>It comes last, so it holds; what an entry of the same pattern said of the same things goes.</remarks>
public sealed record SetRadio(RadioConfiguration Radio) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium with { Radios = [.. medium.Radios.Select(WhatStays).Where(SaysSomething), .. new[] { Radio }.Where(SaysSomething)] };
    }

    private RadioConfiguration WhatStays(RadioConfiguration old) =>
        old.Radio != Radio.Radio
            ? old
            : old with
            {
                Motion = Radio.Motion is null ? old.Motion : null,
                TxPowerDbm = Radio.TxPowerDbm is null ? old.TxPowerDbm : null,
                AntennaGainDbi = Radio.AntennaGainDbi is null ? old.AntennaGainDbi : null,
                NoiseFloorDbm = Radio.NoiseFloorDbm is null ? old.NoiseFloorDbm : null,
                DataRate = Radio.DataRate is null ? old.DataRate : null,
            };

    private static bool SaysSomething(RadioConfiguration radio) =>
        (radio.Motion, radio.TxPowerDbm, radio.AntennaGainDbi, radio.NoiseFloorDbm, radio.DataRate) != (null, null, null, null, null);
}

/// <summary>Gives a fault, in place of the one of its name; its count starts again.</summary>
public sealed record SetFault(FaultConfiguration Fault) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium with { Faults = [.. medium.Faults.Where(f => f.Name != Fault.Name), Fault] };
    }
}

/// <summary>Takes a fault back.</summary>
public sealed record RemoveFault(string Name) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium with { Faults = [.. medium.Faults.Where(f => f.Name != Name)] };
    }
}

/// <summary>Gives a jammer, in place of the one of its name.</summary>
public sealed record SetJammer(JammerConfiguration Jammer) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium with { Jammers = [.. medium.Jammers.Where(j => j.Name != Jammer.Name), Jammer] };
    }
}

/// <summary>Takes a jammer back, with what was said of its place, power and links: none of it would mean anything.</summary>
public sealed record RemoveJammer(string Name) : MediumChange
{
    /// <summary>The links that name it.</summary>
    public IEnumerable<LinkConfiguration> LinksOf(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium.Links.Where(link => link.From.Vm == Name || link.To.Vm == Name);
    }

    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        if (!medium.Jammers.Any(j => j.Name == Name))
            return medium;
        return medium with
        {
            Jammers = [.. medium.Jammers.Where(j => j.Name != Name)],
            Radios = [.. medium.Radios.Where(radio => radio.Radio.Vm != Name)],
            Links = LinksOf(medium).Aggregate(LinkList.Of(medium.Links), (links, link) => links.Without(link.From, link.To)),
        };
    }
}

/// <summary>Changes how links are computed.</summary>
/// <param name="Propagation">The model; null: perfect links.</param>
public sealed record SetPropagation(PropagationConfiguration? Propagation) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium with { Propagation = Propagation };
    }
}

/// <summary>Gives a wall, in place of the one of its name.</summary>
public sealed record SetWall(WallConfiguration Wall) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium with { Walls = [.. medium.Walls.Where(w => w.Name != Wall.Name), Wall] };
    }
}

/// <summary>Takes a wall back.</summary>
public sealed record RemoveWall(string Name) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium with { Walls = [.. medium.Walls.Where(w => w.Name != Name)] };
    }
}

/// <summary>Changes how signals vary.</summary>
/// <param name="Fading">The model; null: not.</param>
public sealed record SetFading(FadingConfiguration? Fading) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium with { Fading = Fading };
    }
}

/// <summary>Changes where error rates come from.</summary>
/// <param name="File">Absolute path of a table; null: the built-in curves.</param>
public sealed record SetErrorTable(string? File) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium with { ErrorTable = File };
    }
}

/// <summary>Changes whether frames take their airtime.</summary>
public sealed record SetTiming(Timing Timing) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium with { Timing = Timing };
    }
}

/// <summary>Gives what is to change by itself, in place of what was; times count from now.</summary>
public sealed record SetSchedule(IReadOnlyList<ScheduledChange> Schedule) : MediumChange
{
    /// <inheritdoc/>
    public override MediumConfiguration ApplyTo(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium with { Schedule = Schedule };
    }
}
