using System.Globalization;
using System.Text.RegularExpressions;

namespace ShmWifi.Tests.Unit.RingBuffer;

/// <summary>What a C header declares, as far as the ABI's header needs it: structures, enumerators, constants.</summary>
internal sealed partial class CHeader
{
    private readonly Dictionary<string, List<(string Type, string Name)>> _structures = [];
    private readonly List<string> _constants = [];

    /// <summary>Reads a header's text.</summary>
    public CHeader(string text)
    {
        text = Comment().Replace(text, "");
        foreach (Match structure in Structure().Matches(text))
        {
            _structures[structure.Groups["name"].Value] =
                [.. Field().Matches(structure.Groups["body"].Value).Select(field => (field.Groups["type"].Value, field.Groups["name"].Value))];
        }
        _constants.AddRange(Define().Matches(text).Select(define => define.Groups["name"].Value));
        foreach (Match enumeration in Enumeration().Matches(text))
            _constants.AddRange(Enumerator().Matches(enumeration.Groups["body"].Value).Select(enumerator => enumerator.Groups["name"].Value));
    }

    /// <summary>Structures that are not part of another.</summary>
    public IEnumerable<string> Structures =>
        _structures.Keys.Where(name => !_structures.Values.Any(fields => fields.Any(member => member.Type == $"struct {name}")));

    /// <summary>Names of all constants and enumerators.</summary>
    public IReadOnlyList<string> Constants => _constants;

    /// <summary>Fields of a structure, those of its parts as "part.field"; padding left out.</summary>
    public IEnumerable<string> Fields(string structure) => _structures[structure]
        .Where(field => !Padding().IsMatch(field.Name))
        .SelectMany(field => field.Type.StartsWith("struct ", StringComparison.Ordinal)
            ? Fields(field.Type["struct ".Length..]).Select(inner => $"{field.Name}.{inner}")
            : [field.Name]);

    /// <summary>"tx_avail_event" and "TX_AVAIL_EVENT" as "TxAvailEvent".</summary>
    public static string ToPascalCase(string name) =>
        string.Concat(name.Split('_').Select(word => char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..].ToLowerInvariant()));

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"struct\s+(?<name>\w+)\s*\{(?<body>.*?)\};", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Structure();

    [GeneratedRegex(@"(?<type>(struct\s+)?\w+)\s+(?<name>\w+)(\[[^\]]*\])?;", RegexOptions.ExplicitCapture)]
    private static partial Regex Field();

    [GeneratedRegex(@"^#define[ \t]+(?<name>SHMWIFI_\w+)[ \t]+\S", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Define();

    [GeneratedRegex(@"enum\s+\w+\s*\{(?<body>.*?)\};", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Enumeration();

    [GeneratedRegex(@"(?<name>\w+)\s*(=[^,]*)?(,|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Enumerator();

    [GeneratedRegex(@"^pad\d*$", RegexOptions.ExplicitCapture)]
    private static partial Regex Padding();
}
