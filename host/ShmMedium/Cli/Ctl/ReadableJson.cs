using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ShmWifi.ShmMedium.Cli.Ctl;

/// <summary>Prints JSON for people: a line a key, a table for a list of objects.</summary>
internal static class ReadableJson
{
    private const string Indent = "  ";
    private static readonly JsonSerializerOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints a value.</summary>
    /// <param name="value">null: JSON's null.</param>
    /// <param name="indent">What each line begins with.</param>
    public static void Write(TextWriter output, JsonNode? value, string indent = "")
    {
        switch (value)
        {
            case JsonArray { Count: > 0 } list when list.All(item => item is JsonObject):
                WriteTable(output, list, indent);
                break;
            case JsonObject map:
                WriteMap(output, map, indent);
                break;
            case JsonArray { Count: 0 }:
                output.WriteLine(indent + Text(null));
                break;
            default:
                output.WriteLine(indent + Text(value));
                break;
        }
    }

    private static void WriteMap(TextWriter output, JsonObject map, string indent)
    {
        int width = map.Select(pair => pair.Key.Length).DefaultIfEmpty().Max();
        foreach ((string key, var value) in map)
        {
            if (value is JsonArray { Count: > 0 } list && list.All(item => item is JsonObject))
            {
                output.WriteLine(indent + key);
                WriteTable(output, list, indent + Indent);
            }
            else
            {
                output.WriteLine($"{indent}{key.PadRight(width)}{Indent}{Text(value)}".TrimEnd());
            }
        }
    }

    private static void WriteTable(TextWriter output, JsonArray list, string indent)
    {
        string[] columns = [.. list.SelectMany(item => item!.AsObject().Select(pair => pair.Key)).Distinct()];
        List<string[]> rows = [columns,
            .. list.Select(item => Array.ConvertAll(columns, c => item!.AsObject().TryGetPropertyValue(c, out var cell) ? Text(cell) : ""))];
        int[] widths = [.. columns.Select((_, i) => rows.Max(row => row[i].Length))];
        foreach (string[] row in rows)
            output.WriteLine((indent + string.Join(Indent, row.Select((cell, i) => cell.PadRight(widths[i])))).TrimEnd());
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "none",
        JsonArray list => list.Any(item => item is JsonObject or JsonArray) ? list.ToJsonString(s_compact) : string.Join(", ", list.Select(Text)),
        JsonObject map => string.Join(", ",
            map.Select(pair => $"{pair.Key}: {(pair.Value is JsonObject or JsonArray ? pair.Value.ToJsonString(s_compact) : Text(pair.Value))}")),
        _ => value.ToString(),
    };
}
