using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ShmWifi.Configuration.Yaml;

/// <summary>Writes a mapping as YAML that people would write: a line for each key, and for each item of a list.</summary>
internal static class YamlText
{
    /// <summary>The document, with a line feed at its end.</summary>
    public static string Of(JsonObject document)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in document)
        {
            if (value is not JsonArray { Count: > 0 } list)
            {
                text.Append(key).Append(": ").Append(Flow(value)).Append('\n');
                continue;
            }

            text.Append(key).Append(":\n");
            foreach (var item in list)
                text.Append("  - ").Append(Flow(item)).Append('\n');
        }

        return text.ToString();
    }

    private static string Flow(JsonNode? node) => node switch
    {
        JsonObject map => $"{{{string.Join(", ", map.Select(p => $"{p.Key}: {Flow(p.Value)}"))}}}",
        JsonArray list => $"[{string.Join(", ", list.Select(Flow))}]",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Scalar(value.GetValue<string>()),
        _ => node?.ToJsonString() ?? "null",
    };

    // In quotes whatever could be taken for something else than a text.
    private static string Scalar(string text)
    {
        bool isPlain = text.Length > 0
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '/' or '-')
            && text[0] is not '-'
            && !text.StartsWith("...", StringComparison.Ordinal)
            && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            && !IsWord(text);
        return isPlain ? text : Quoted(text);
    }

    // Of YAML 1.1 and 1.2, in any case; and its numbers in other bases.
    private static bool IsWord(string text) =>
        text.ToUpperInvariant() is "NULL" or "TRUE" or "FALSE" or "YES" or "NO" or "ON" or "Y" or "N" or ".NAN" or ".INF"
        || text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("0o", StringComparison.OrdinalIgnoreCase);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF')
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
