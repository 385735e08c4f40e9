namespace ShmWifi.Configuration.Wmediumd;

/// <summary>A value of a libconfig file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
internal abstract record LibconfigNode(int Line, int Column)
{
    /// <summary>What it is, for "is a list".</summary>
    public abstract string Kind { get; }
}

internal sealed record LibconfigGroup(int Line, int Column, IReadOnlyDictionary<string, LibconfigNode> Settings) : LibconfigNode(Line, Column)
{
    public override string Kind => "a group";
}

/// <summary>A list or an array: wmediumd takes one for the other.</summary>
internal sealed record LibconfigList(int Line, int Column, IReadOnlyList<LibconfigNode> Items) : LibconfigNode(Line, Column)
{
    public override string Kind => "a list";
}

internal sealed record LibconfigText(int Line, int Column, string Value) : LibconfigNode(Line, Column)
{
    public override string Kind => $"the text \"{Value}\"";
}

/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="IsWhole">Written without a point or an exponent: another type than with, in libconfig.</param>
internal sealed record LibconfigNumber(int Line, int Column, double Value, bool IsWhole) : LibconfigNode(Line, Column)
{
    public override string Kind => FormattableString.Invariant($"{Value}");
}

internal sealed record LibconfigBoolean(int Line, int Column, bool Value) : LibconfigNode(Line, Column)
{
    public override string Kind => Value ? "true" : "false";
}
