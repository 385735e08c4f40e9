using System.Globalization;
using YamlDotNet.Core;

namespace ShmWifi.Configuration.Yaml;

/// <summary>A YAML value that knows its place.</summary>
/// <param name="Field">Where it is in the document; null for the whole.</param>
internal abstract record YamlNode(Mark Start, YamlField? Field)
{
    /// <summary>What it is, for "is a list".</summary>
    public abstract string Kind { get; }
}

internal sealed record YamlScalar(Mark Start, YamlField? Field, string Value, bool Plain) : YamlNode(Start, Field)
{
    private const int MaxShown = 64;

    public override string Kind => IsNull ? "empty" : $"'{Shown(Value)}'";

    public bool IsNull => Plain && Value is "" or "~" or "null";

    /// <summary>The text, cut off where it is longer than an error should be.</summary>
    public static string Shown(string text) => text.Length <= MaxShown ? text : $"{text[..MaxShown]}...";
}

internal sealed record YamlList(Mark Start, YamlField? Field, IReadOnlyList<YamlNode> Items) : YamlNode(Start, Field)
{
    public override string Kind => "a list";
}

/// <summary>Pairs in the order of the file, duplicates and all: the reader reports them.</summary>
internal sealed record YamlMap(Mark Start, YamlField? Field, IReadOnlyList<(YamlNode Key, YamlNode Value)> Pairs) : YamlNode(Start, Field)
{
    public override string Kind => "a mapping";
}

/// <summary>The way to a value from the whole document; its text is made only for errors.</summary>
/// <param name="Parent">What it is in; null for the whole.</param>
/// <param name="Key">Its key there; null in a list.</param>
internal sealed record YamlField(YamlField? Parent, string? Key, int Index)
{
    /// <summary>Such as <c>links[2].snrDb</c>.</summary>
    public override string ToString()
    {
        string step = Key is null ? string.Create(CultureInfo.InvariantCulture, $"[{Index}]") : YamlScalar.Shown(Key);
        return Parent is null ? step : Key is null ? $"{Parent}{step}" : $"{Parent}.{step}";
    }
}
