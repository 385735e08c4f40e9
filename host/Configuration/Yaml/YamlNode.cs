using YamlDotNet.Core;

namespace ShmWifi.Configuration.Yaml;

/// <summary>A YAML value that knows its place.</summary>
internal abstract record YamlNode(Mark Start)
{
    /// <summary>What it is, for "is a list".</summary>
    public abstract string Kind { get; }
}

internal sealed record YamlScalar(Mark Start, string Value, bool Plain) : YamlNode(Start)
{
    public override string Kind => IsNull ? "empty" : $"'{Value}'";

    public bool IsNull => Plain && Value is "" or "~" or "null";
}

internal sealed record YamlList(Mark Start, IReadOnlyList<YamlNode> Items) : YamlNode(Start)
{
    public override string Kind => "a list";
}

/// <summary>Pairs in the order of the file, duplicates and all: the reader reports them.</summary>
internal sealed record YamlMap(Mark Start, IReadOnlyList<(YamlNode Key, YamlNode Value)> Pairs) : YamlNode(Start)
{
    public override string Kind => "a mapping";
}
