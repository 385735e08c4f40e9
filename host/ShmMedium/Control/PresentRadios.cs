using System.Text.Json.Nodes;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Control;

/// <summary>Who of those that a medium's entries name is on it.</summary>
/// <param name="radios">Those that are.</param>
/// <param name="jammers">Those that are.</param>
internal sealed class PresentRadios(IEnumerable<RadioIdentity> radios, IEnumerable<JammerConfiguration> jammers)
{
    private readonly HashSet<RadioPattern> _names =
    [
        RadioPattern.Any,
        .. radios.SelectMany(r => RadioPattern.AllOf(r.Vm, r.Name, r.Number, [.. r.Addresses])),
        .. jammers.Select(j => RadioPattern.Of(j.Name)),
    ];

    /// <summary>Of a medium as it is.</summary>
    public static PresentRadios On(IControlledMedium medium) => new(medium.Radios, medium.CurrentMedium.Jammers);

    /// <summary>The names of a list that mean no radio of the medium, each once.</summary>
    public IReadOnlyList<RadioPattern> AbsentOf(IEnumerable<RadioPattern> names) => [.. names.Where(name => !_names.Contains(name)).Distinct()];

    /// <summary>Says in what is told of an entry which of its names mean nobody.</summary>
    public JsonObject Mark(JsonObject json, MediumChange entry)
    {
        if (AbsentOf(NamesIn(entry)) is { Count: > 0 } absent)
            json["absent"] = new JsonArray([.. absent.Select(name => JsonValue.Create(name.ToString()))]);
        return json;
    }

    /// <summary>The radios that a change names; a whole medium, or a schedule: that all its entries name.</summary>
    public static IEnumerable<RadioPattern> NamesIn(MediumChange change) => change switch
    {
        SetLink { Link: var link } => [link.From, link.To],
        SetRadio { Radio: var radio } => [radio.Radio],
        SetFault { Fault.Match: var match } => [match.From, match.To],
        SetSchedule { Schedule: var schedule } => schedule.SelectMany(coming => NamesIn(coming.Change)),
        ReplaceMedium { Medium: var medium } =>
        [
            .. medium.Links.SelectMany(link => NamesIn(new SetLink(link))),
            .. medium.Radios.Select(radio => radio.Radio),
            .. medium.Faults.SelectMany(fault => NamesIn(new SetFault(fault))),
            .. NamesIn(new SetSchedule(medium.Schedule)),
        ],
        _ => [],
    };
}
