using System.Globalization;
using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration.Medium;

/// <summary>Turns the sections of a medium into records, and reports all that is wrong on the way.</summary>
/// <param name="errors">Takes what is wrong. What is returned is of use only when it is empty.</param>
/// <param name="folder">Where relative paths start; null: only absolute ones are allowed.</param>
internal sealed partial class MediumReader(ErrorList errors, string? folder)
{
    // A year: a run that lasts longer needs no schedule.
    private static readonly TimeSpan MaxTime = TimeSpan.FromDays(365);

    private static readonly Bounds RicianK = new(0, 1e6);

    /// <summary>Below 0.5 there is no such distribution; M. Nakagami, The m-Distribution, 1960.</summary>
    private static readonly Bounds NakagamiM = new(0.5, 1000);

    /// <summary>0.423 c/(f v) at walking pace (1.3 m/s) and 2.45 GHz. Source: T. S. Rappaport,
    /// Wireless Communications, 2nd edition, equation 5.40.c.</summary>
    private static readonly TimeSpan DefaultCoherenceTime = TimeSpan.FromMilliseconds(40);

    private readonly List<(RadioPattern Pattern, YamlNode Node)> _patterns = [];

    /// <summary>The names of radios that were read, and where.</summary>
    public IReadOnlyList<(RadioPattern Pattern, YamlNode Node)> Patterns => _patterns;

    /// <summary>A whole medium.</summary>
    /// <param name="top">Has the sections, and may have others.</param>
    public MediumConfiguration Read(Section top)
    {
        int before = errors.Count;
        var medium = ReadUnscheduled(top);
        medium = medium with { Schedule = ReadSchedule(top, medium) };
        if (errors.Count == before && MediumLimits.WallsInVain(medium) is { } problem)
            errors.Add(top.Value("walls") ?? top.Value("schedule")!, problem);
        return medium;
    }

    /// <summary>A whole medium, of which some of the schedule may be over.</summary>
    /// <param name="top">Has the sections, and may have others.</param>
    public MediumConfiguration ReadSaved(Section top) =>
        ReadUnscheduled(top) with { Schedule = top.Value("schedule") is { } schedule ? ReadSchedule(schedule) : [] };

    private MediumConfiguration ReadUnscheduled(Section top)
    {
        ReserveNames((top.Value("faults") as YamlList)?.Items ?? []);
        ReserveScheduledNames(top.Value("schedule"));
        return new()
        {
            Timing = top.Word("timing", Timing.Instant, MediumKeys.Timings),
            Seed = ReadSeed(top),
            Radios = ReadRadios(top),
            Links = ReadLinks(top),
            Propagation = top.Value("propagation") is { } propagation ? ReadPropagation(propagation) : null,
            Walls = ReadWalls(top),
            Fading = top.Value("fading") is { } fading ? ReadFading(fading) : null,
            ErrorTable = ReadErrorTable(top),
            Faults = ReadFaults(top),
            Jammers = ReadJammers(top),
        };
    }

    /// <summary>A way to compute links; null: <c>none</c>.</summary>
    public PropagationConfiguration? ReadPropagation(YamlNode node) =>
        ModelSection(node, "propagation", MediumKeys.PropagationModels) is var (section, model)
            ? PropagationConfiguration.Read(model, section)
            : null;

    /// <summary>A way that signals vary; null: <c>none</c>.</summary>
    public FadingConfiguration? ReadFading(YamlNode node)
    {
        if (ModelSection(node, "fading", MediumKeys.FadingModels) is not var (section, model))
            return null;
        if (model == "rician" && section.Value("k") is null)
            section.Missing("k", $"{RicianK.Allowed}: the steady part's power over the scattered part's");
        if (model == "nakagami" && section.Value("m") is null)
            section.Missing("m", $"{NakagamiM.Allowed}: 1 varies as Rayleigh fading does, more varies less");
        return new(
            (model == "rician" ? section.Number("k", RicianK) : null) ?? 0,
            section.Duration("coherenceTime", TimeSpan.FromMicroseconds(1), TimeSpan.FromHours(1)) ?? DefaultCoherenceTime)
        {
            NakagamiM = model == "nakagami" ? section.Number("m", NakagamiM) : null,
        };
    }

    // A word is a model with all its defaults.
    private (Section Section, string Model)? ModelSection(YamlNode node, string name, (string Word, string[] Keys)[] models)
    {
        var word = node is YamlMap ? ValueIn(node, "model") : node;
        string allowed = string.Join(", ", models.Select(m => m.Word));
        switch (word)
        {
            case null:
                errors.Add(node, $"'model' is missing in '{name}'; give one of {allowed}");
                return null;
            case YamlScalar { Value: MediumKeys.None } when node is YamlScalar:
                return null;
            case YamlScalar { IsNull: false } scalar when Array.Find(models, m => m.Word == scalar.Value) is { Word: not null } model:
                return (new(node is YamlScalar ? new YamlMap(node.Start, node.Field, []) : node, name, model.Keys, errors), model.Word);
            default:
                string hint = word is YamlScalar { Value: var text } ? Nearest.Hint(text, models.Select(m => m.Word)) : "";
                errors.Add(word, node is YamlMap
                    ? $"'model' is {word.Kind}{hint}; allowed: {allowed}"
                    : $"'{name}' is {word.Kind}{hint}; allowed: {MediumKeys.None}, {allowed}, or a mapping with 'model' and its parameters");
                return null;
        }
    }

    private ulong ReadSeed(Section top)
    {
        const string Allowed = "a whole number from 0 to 18446744073709551615";
        if (top.Scalar("seed", Allowed) is not { } scalar)
            return new MediumConfiguration().Seed;
        if (scalar.Plain && ulong.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
            return seed;
        errors.Add(scalar, $"'seed' is {scalar.Kind}; allowed: {Allowed}");
        return 0;
    }

    private string? ReadErrorTable(Section section)
    {
        const string Key = "errorTable";
        string allowed = $"{MediumKeys.None}, or the path of a table{(folder is null ? ", absolute" : "")}";
        if (section.Scalar(Key, allowed) is not { Value: var path } scalar || path == MediumKeys.None)
            return null;
        if (path.Length > 0 && !path.Any(char.IsControl) && (folder is not null || Path.IsPathRooted(path)))
            return Path.GetFullPath(path, folder ?? "/");
        errors.Add(scalar, $"'{Key}' is {scalar.Kind}; allowed: {allowed}");
        return null;
    }
}
