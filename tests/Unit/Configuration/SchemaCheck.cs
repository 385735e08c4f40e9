using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ShmWifi.Tests.Unit.Configuration;

/// <summary>Validates by a JSON schema of draft 2020-12, as far as ours goes: a keyword that is not known here fails the test.</summary>
internal sealed class SchemaCheck(JsonObject schema)
{
    /// <summary>What is wrong first.</summary>
    /// <returns>null when all is right.</returns>
    public string? Problem(JsonNode? value) => Problem(value, schema, "$");

    private string? Problem(JsonNode? value, JsonObject rules, string path) =>
        rules.Select(rule => Problem(value, rules, rule.Key, rule.Value!, path)).FirstOrDefault(problem => problem is not null);

    private string? Problem(JsonNode? value, JsonObject rules, string keyword, JsonNode rule, string path)
    {
        var map = value as JsonObject;
        var list = value as JsonArray;
        double? number = Kind(value) == "number"
            ? double.Parse(value!.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)
            : (double?)null;
        string? text = Kind(value) == "string" ? value!.GetValue<string>() : null;
        bool isRight = keyword switch
        {
            "$schema" or "title" or "description" or "$defs" => true,
            "type" => (rule as JsonArray ?? [rule.DeepClone()]).Any(t => IsOf(value, t!.GetValue<string>(), number)),
            "enum" => rule.AsArray().Any(word => JsonNode.DeepEquals(word, value)),
            "const" => JsonNode.DeepEquals(rule, value),
            "minimum" => number is null || number >= rule.GetValue<double>(),
            "maximum" => number is null || number <= rule.GetValue<double>(),
            "minLength" => text is null || text.Length >= rule.GetValue<int>(),
            "pattern" => text is null || Regex.IsMatch(text, rule.GetValue<string>(), RegexOptions.NonBacktracking),
            "minItems" => list is null || list.Count >= rule.GetValue<int>(),
            "maxItems" => list is null || list.Count <= rule.GetValue<int>(),
            "minProperties" => map is null || map.Count >= rule.GetValue<int>(),
            "maxProperties" => map is null || map.Count <= rule.GetValue<int>(),
            "required" => map is null || rule.AsArray().All(key => map.ContainsKey(key!.GetValue<string>())),
            "dependentRequired" => map is null
                || rule.AsObject().All(r => !map.ContainsKey(r.Key) || r.Value!.AsArray().All(k => map.ContainsKey(k!.GetValue<string>()))),
            "additionalProperties" => map is null || map.All(p => rules["properties"]!.AsObject().ContainsKey(p.Key)),
            "not" => Problem(value, rule.AsObject(), path) is not null,
            "anyOf" => rule.AsArray().Any(r => Problem(value, r!.AsObject(), path) is null),
            "oneOf" => rule.AsArray().Count(r => Problem(value, r!.AsObject(), path) is null) == 1,
            "$ref" or "allOf" or "items" or "properties" => true, // Below: their own problems say more.
            _ => throw new NotSupportedException($"the keyword '{keyword}' of the schema"),
        };
        if (!isRight)
            return $"{path} is {value?.ToJsonString() ?? "null"}, against {keyword}: {rule.ToJsonString()}";
        return keyword switch
        {
            "$ref" => Problem(value, schema["$defs"]![rule.GetValue<string>()["#/$defs/".Length..]]!.AsObject(), path),
            "allOf" => rule.AsArray().Select(r => Problem(value, r!.AsObject(), path)).FirstOrDefault(p => p is not null),
            "items" => list?.Select((item, i) => Problem(item, rule.AsObject(), $"{path}[{i}]")).FirstOrDefault(p => p is not null),
            "properties" => map?.Where(p => rule[p.Key] is not null).Select(p => Problem(p.Value, rule[p.Key]!.AsObject(), $"{path}.{p.Key}"))
                .FirstOrDefault(p => p is not null),
            _ => null,
        };
    }

    private static bool IsOf(JsonNode? value, string type, double? number) =>
        type == "integer" ? number == Math.Floor(number ?? 0.5) : Kind(value) == type;

    private static string Kind(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
