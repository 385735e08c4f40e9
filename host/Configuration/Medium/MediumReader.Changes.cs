using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration.Medium;

internal sealed partial class MediumReader
{
    /// <summary>A change, as of now.</summary>
    public MediumChange? ReadChange(YamlNode node) => ReadChange(new Section(node, "", MediumKeys.Change, errors));

    /// <summary>Changes and their times.</summary>
    /// <returns>In the order of time; those of one time in the order of the text.</returns>
    public IReadOnlyList<ScheduledChange> ReadSchedule(YamlNode node)
    {
        if (node is not YamlList list)
        {
            errors.Add(node, $"the schedule is {node.Kind}; it must be a list of changes, each with 'at'");
            return [];
        }

        if (Section.TooMany("schedule", list.Items.Count, MediumLimits.Schedule) is { } problem)
        {
            errors.Add(node, problem);
            return [];
        }

        ReserveScheduledNames(list);
        var schedule = new List<ScheduledChange>();
        foreach (var item in list.Items)
        {
            var section = new Section(item, "schedule", MediumKeys.ScheduledChange, errors);
            var at = ReadAt(section);
            if (ReadChange(section) is { } change)
                schedule.Add(new(at, change));
        }

        return [.. schedule.OrderBy(c => c.At)];
    }

    private IReadOnlyList<ScheduledChange> ReadSchedule(Section top, MediumConfiguration medium)
    {
        if (top.Value("schedule") is not { } node)
            return [];
        int before = errors.Count;
        var schedule = ReadSchedule(node);
        if (errors.Count == before)
            CheckSchedule(node, medium with { Schedule = schedule });
        return schedule;
    }

    private void ReserveScheduledNames(YamlNode? schedule) =>
        ReserveNames(((schedule as YamlList)?.Items ?? []).Select(change => ValueIn(change, "fault")).OfType<YamlMap>());

    // What takes something back that is never there is a slip of the pen.
    private void CheckSchedule(YamlNode node, MediumConfiguration medium)
    {
        if (MediumLimits.TooMuch(medium) is { } problem)
        {
            errors.Add(node, problem);
            return;
        }

        var changes = medium.Schedule.Select(c => c.Change).ToList();
        var faults = medium.Faults.Concat(changes.OfType<SetFault>().Select(c => c.Fault)).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        var jammers = medium.AllJammers.Select(j => j.Name).ToHashSet(StringComparer.Ordinal);
        var walls = medium.AllWalls.Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        var links = LinkList.Of(medium.Links);
        var coming = changes.OfType<SetLink>().Select(c => (c.Link.From, c.Link.To)).ToHashSet();
        foreach (var (at, change) in medium.Schedule.TakeWhile(_ => !errors.IsFull))
        {
            if (change is RemoveFault { Name: var name } && !faults.Contains(name))
                errors.Add(node,
                    $"'removeFault' at {Duration.ToText(at)} names '{YamlScalar.Shown(name)}', which no fault is called{Nearest.Hint(name, faults)}");
            else if (change is RemoveJammer { Name: var jammer } && !jammers.Contains(jammer))
                errors.Add(node,
                    $"'removeJammer' at {Duration.ToText(at)} names '{YamlScalar.Shown(jammer)}', which no jammer is called"
                    + Nearest.Hint(jammer, jammers));
            else if (change is RemoveWall { Name: var wall } && !walls.Contains(wall))
                errors.Add(node,
                    $"'removeWall' at {Duration.ToText(at)} names '{YamlScalar.Shown(wall)}', which no wall is called{Nearest.Hint(wall, walls)}");
            else if (change is RemoveLink { From: var from, To: var to } && !links.Has(from, to) && !coming.Contains((from, to)))
                errors.Add(node, $"'removeLink' at {Duration.ToText(at)} is of a link from '{from}' to '{to}', which is not given");
        }
    }

    private MediumChange? ReadChange(Section section)
    {
        if (!section.IsMapping)
            return null;
        var given = MediumKeys.Change.Where(key => section.Value(key) is not null).ToList();
        if (given is not [var key])
        {
            errors.Add(
                section.Node,
                $"this change has {(given.Count == 0 ? "nothing that changes" : string.Join(" and ", given))}; give one of "
                    + $"{string.Join(", ", MediumKeys.Change)}");
            return null;
        }

        var node = section.Value(key)!;
        return key switch
        {
            "link" => new SetLink(ReadLink(node)),
            "removeLink" => ReadRemoveLink(node),
            "radio" => new SetRadio(ReadRadio(node)),
            "fault" => new SetFault(ReadFault(node, mayReplace: true)),
            "removeFault" => new RemoveFault(section.Scalar(key, "the name of a fault")?.Value ?? ""),
            "jammer" => new SetJammer(ReadJammer(node, mayReplace: true)),
            "removeJammer" => new RemoveJammer(section.Scalar(key, "the name of a jammer")?.Value ?? ""),
            "propagation" => new SetPropagation(ReadPropagation(node)),
            "wall" => new SetWall(ReadWall(node, mayReplace: true)),
            "removeWall" => new RemoveWall(section.Scalar(key, "the name of a wall")?.Value ?? ""),
            "fading" => new SetFading(ReadFading(node)),
            "errorTable" => new SetErrorTable(ReadErrorTable(section)),
            _ => new SetTiming(section.Word(key, Timing.Instant, MediumKeys.Timings)),
        };
    }
}
