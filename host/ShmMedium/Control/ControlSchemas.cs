using System.Text.Json.Nodes;
using ShmWifi.Configuration.Air;

namespace ShmWifi.Medium.Control;

/// <summary>The schemas of bodies: those of the configuration file, parts of them, and those of what can only be read.</summary>
internal static class ControlSchemas
{
    /// <summary>Where a description has them.</summary>
    public const string Prefix = "#/components/schemas/";

    private const string ConfigurationPrefix = "#/$defs/";

    /// <summary>All that something refers to, directly or not, by name.</summary>
    /// <param name="description">Has references of <see cref="Prefix"/>.</param>
    public static JsonObject For(JsonNode description)
    {
        JsonObject known = ReadAll();
        var used = new JsonObject();
        var wanted = new Queue<string>(References(description));
        while (wanted.TryDequeue(out string? name))
        {
            if (used.ContainsKey(name))
                continue;
            used[name] = known[name]!.DeepClone();
            foreach (string next in References(used[name]))
                wanted.Enqueue(next);
        }
        return used;
    }

    private static JsonObject ReadAll()
    {
        JsonObject all = Read("ShmWifi.Medium.Control.configuration.json", ConfigurationPrefix)["$defs"]!.AsObject();
        // Its parts that the configuration has no name for.
        all["air"] = WithProperties(all["medium"]!, AirWriter.ToJson(new AirConfiguration()).Select(section => section.Key).Contains);
        all["linkChange"] = WithProperties(all["link"]!, key => key is not ("from" or "to"));
        all["radioChange"] = WithProperties(all["radio"]!, key => key != "radio");
        all["faultChange"] = WithProperties(all["fault"]!, key => key != "name");
        all["change"] = Change(all["scheduledChange"]!);
        foreach ((string name, JsonNode? schema) in Read("ShmWifi.Medium.Control.schemas.json", Prefix))
            all[name] = schema!.DeepClone();
        return all;
    }

    /// <summary>An object's schema with some of its properties alone.</summary>
    private static JsonObject WithProperties(JsonNode schema, Func<string, bool> isWanted)
    {
        JsonObject part = schema.DeepClone().AsObject();
        JsonObject properties = part["properties"]!.AsObject();
        foreach (string key in properties.Select(p => p.Key).Where(key => !isWanted(key)).ToArray())
            properties.Remove(key);
        if (part["required"] is JsonArray required)
            part["required"] = new JsonArray([.. required.Select(key => key!.ToString()).Where(isWanted).Select(key => JsonValue.Create(key))]);
        return part;
    }

    /// <summary>A change that was carried out: one that a schedule can have, a schedule, or a whole air.</summary>
    private static JsonObject Change(JsonNode scheduled)
    {
        JsonObject change = WithProperties(scheduled, key => key != "at");
        change["minProperties"] = 1;
        change["maxProperties"] = 1;
        foreach (string other in (string[])["schedule", "air"])
            change["properties"]![other] = new JsonObject { ["$ref"] = Prefix + other };
        return change;
    }

    private static JsonObject Read(string resource, string prefix)
    {
        using Stream stream = typeof(ControlSchemas).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return JsonNode.Parse(reader.ReadToEnd().Replace($"\"{prefix}", $"\"{Prefix}", StringComparison.Ordinal))!.AsObject();
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(pair => pair.Key == "$ref" ? [pair.Value!.ToString()[Prefix.Length..]] : References(pair.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };
}
