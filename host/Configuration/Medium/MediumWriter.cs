using System.Text.Json.Nodes;
using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration.Medium;

/// <summary>Writes a medium, or a part of it, with the keys of the configuration file: what <see cref="MediumText"/> reads as the same.</summary>
public static class MediumWriter
{
    /// <summary>A whole medium, with all its keys.</summary>
    public static JsonObject ToJson(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return new()
        {
            ["timing"] = ToJson(medium.Timing),
            ["seed"] = medium.Seed,
            ["radios"] = List(medium.Radios, ToJson),
            ["links"] = List(medium.Links, ToJson),
            ["propagation"] = ToJson(medium.Propagation),
            ["walls"] = List(medium.Walls, ToJson),
            ["fading"] = ToJson(medium.Fading),
            ["errorTable"] = medium.ErrorTable ?? MediumKeys.None,
            ["faults"] = List(medium.Faults, ToJson),
            ["jammers"] = List(medium.Jammers, ToJson),
            ["schedule"] = ToJson(medium.Schedule),
        };
    }

    /// <summary>A whole medium for a file: without what is as if it were not told.</summary>
    public static string ToYaml(MediumConfiguration medium) => YamlText.Of(WithoutDefaults(ToJson(medium)));

    /// <summary>A value of <c>timing</c>.</summary>
    public static JsonNode ToJson(Timing timing) => Array.Find(MediumKeys.Timings, t => t.Timing == timing).Word;

    /// <summary>An entry of <c>radios</c>.</summary>
    public static JsonObject ToJson(RadioConfiguration radio)
    {
        ArgumentNullException.ThrowIfNull(radio);
        var json = new JsonObject { ["radio"] = radio.Radio.ToString() };
        switch (radio.Motion)
        {
            case LinearMotion linear:
                json["position"] = ToJson(linear.Position);
                if (linear.Velocity != default)
                    json["velocity"] = ToJson(linear.Velocity);
                break;
            case WaypointMotion path:
                json["waypoints"] = List(path.Points, p => new JsonObject { ["at"] = Duration.ToText(p.At), ["position"] = ToJson(p.Position) });
                break;
            case RandomWaypointMotion random:
                json["randomWaypoint"] = ToJson(random);
                break;
        }

        Add(json, "txPowerDbm", radio.TxPowerDbm);
        Add(json, "antennaGainDbi", radio.AntennaGainDbi);
        Add(json, "noiseFloorDbm", radio.NoiseFloorDbm);
        if (radio.DataRate is { } dataRate)
            json["dataRate"] = dataRate.ToString();
        return json;
    }

    /// <summary>A place or a velocity.</summary>
    public static JsonArray ToJson(Position position) => new(position.X, position.Y, position.Z);

    /// <summary>An entry of <c>links</c>.</summary>
    public static JsonObject ToJson(LinkConfiguration link)
    {
        ArgumentNullException.ThrowIfNull(link);
        var json = new JsonObject { ["from"] = link.From.ToString(), ["to"] = link.To.ToString() };
        Add(json, "snrDb", link.SnrDb);
        Add(json, "loss", link.Loss);
        if (link.OneWay)
            json["oneWay"] = true;
        return json;
    }

    /// <summary>The value of <c>propagation</c>.</summary>
    public static JsonNode ToJson(PropagationConfiguration? propagation) => propagation is null ? MediumKeys.None : propagation.ToJson();

    /// <summary>An entry of <c>walls</c>.</summary>
    public static JsonObject ToJson(WallConfiguration wall)
    {
        ArgumentNullException.ThrowIfNull(wall);
        var json = new JsonObject
        {
            ["name"] = wall.Name,
            ["from"] = new JsonArray(wall.From.X, wall.From.Y),
            ["to"] = new JsonArray(wall.To.X, wall.To.Y),
        };
        switch (wall.Loss)
        {
            case GivenWallLoss given:
                json["lossDb"] = given.Db;
                break;
            case WallSlab slab:
                json["material"] = slab.Material.Word;
                json["thicknessCm"] = slab.ThicknessCm;
                break;
        }

        return json;
    }

    /// <summary>The value of <c>fading</c>.</summary>
    public static JsonNode ToJson(FadingConfiguration? fading)
    {
        if (fading is null)
            return MediumKeys.None;
        var json = new JsonObject { ["model"] = fading.NakagamiM is not null ? "nakagami" : fading.RicianK == 0 ? "rayleigh" : "rician" };
        Add(json, "m", fading.NakagamiM);
        if (fading.RicianK != 0)
            json["k"] = fading.RicianK;
        json["coherenceTime"] = Duration.ToText(fading.CoherenceTime);
        return json;
    }

    /// <summary>An entry of <c>faults</c>.</summary>
    public static JsonObject ToJson(FaultConfiguration fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var json = new JsonObject { ["name"] = fault.Name };
        if (ToJson(fault.Match) is { Count: > 0 } match)
            json["match"] = match;
        json["action"] = fault.Action.ToJson();
        if (fault.Probability != 1)
            json["probability"] = fault.Probability;
        if (fault.Count is { } count)
            json["count"] = count;
        return json;
    }

    /// <summary>An entry of <c>jammers</c>.</summary>
    public static JsonObject ToJson(JammerConfiguration jammer)
    {
        ArgumentNullException.ThrowIfNull(jammer);
        return new()
        {
            ["name"] = jammer.Name,
            ["freqMhz"] = jammer.FreqMhz,
            ["bandwidthMhz"] = jammer.BandwidthMhz,
            ["period"] = Duration.ToText(jammer.Period),
            ["dutyCycle"] = jammer.DutyCycle,
        };
    }

    /// <summary>The value of <c>schedule</c>.</summary>
    public static JsonArray ToJson(IReadOnlyList<ScheduledChange> schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return List(schedule, scheduled =>
        {
            var json = ToJson(scheduled.Change);
            json.Insert(0, "at", Duration.ToText(scheduled.At));
            return json;
        });
    }

    /// <summary>A change, under its key: an entry of <c>schedule</c> without its <c>at</c>; or
    /// <c>schedule</c>, or <c>medium</c> for all of it, which a schedule cannot have.</summary>
    public static JsonObject ToJson(MediumChange change) => change switch
    {
        SetLink { Link: var link } => new() { ["link"] = ToJson(link) },
        RemoveLink { From: var from, To: var to } => new() { ["removeLink"] = new JsonObject { ["from"] = from.ToString(), ["to"] = to.ToString() } },
        SetRadio { Radio: var radio } => new() { ["radio"] = ToJson(radio) },
        SetFault { Fault: var fault } => new() { ["fault"] = ToJson(fault) },
        RemoveFault { Name: var name } => new() { ["removeFault"] = name },
        SetJammer { Jammer: var jammer } => new() { ["jammer"] = ToJson(jammer) },
        RemoveJammer { Name: var name } => new() { ["removeJammer"] = name },
        SetPropagation { Propagation: var propagation } => new() { ["propagation"] = ToJson(propagation) },
        SetWall { Wall: var wall } => new() { ["wall"] = ToJson(wall) },
        RemoveWall { Name: var name } => new() { ["removeWall"] = name },
        SetFading { Fading: var fading } => new() { ["fading"] = ToJson(fading) },
        SetErrorTable { File: var file } => new() { ["errorTable"] = file ?? MediumKeys.None },
        SetTiming { Timing: var timing } => new() { ["timing"] = ToJson(timing) },
        SetSchedule { Schedule: var schedule } => new() { ["schedule"] = ToJson(schedule) },
        ReplaceMedium { Medium: var medium } => new() { ["medium"] = ToJson(medium) },
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "no known change"),
    };

    /// <summary>Without empty lists, and models that are none.</summary>
    internal static JsonObject WithoutDefaults(JsonObject medium) => new(
        medium.Where(p => p.Value is not JsonArray { Count: 0 } && (p.Value as JsonValue)?.ToString() != MediumKeys.None)
            .Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));

    private static JsonObject ToJson(RandomWaypointMotion motion)
    {
        var json = new JsonObject
        {
            ["box"] = new JsonArray(ToJson(motion.Low), ToJson(motion.High)),
            ["speed"] = new JsonArray(motion.MinSpeed, motion.MaxSpeed),
            ["pause"] = Duration.ToText(motion.Pause),
        };
        if (motion.Elapsed != TimeSpan.Zero)
            json["elapsed"] = Duration.ToText(motion.Elapsed);
        return json;
    }

    private static JsonObject ToJson(FrameMatch match)
    {
        var json = new JsonObject();
        if (match.Kinds.Count == 1)
            json["frame"] = match.Kinds[0].Text;
        else if (match.Kinds.Count > 1)
            json["frame"] = List(match.Kinds, k => k.Text);
        if (match.From != RadioPattern.Any)
            json["from"] = match.From.ToString();
        if (match.To != RadioPattern.Any)
            json["to"] = match.To.ToString();
        if (match.Receiver is { } receiver)
            json["addr1"] = receiver.ToString();
        if (match.Transmitter is { } transmitter)
            json["addr2"] = transmitter.ToString();
        if (match.Ssid is { } ssid)
            json["ssid"] = ssid;
        return json;
    }

    internal static void Add(JsonObject json, string key, double? value)
    {
        if (value is { } number)
            json[key] = number;
    }

    private static JsonArray List<T>(IReadOnlyList<T> items, Func<T, JsonNode> toJson) => [.. items.Select(toJson)];
}
