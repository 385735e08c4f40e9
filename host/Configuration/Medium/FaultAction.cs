using System.Text.Json.Nodes;
using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration.Medium;

/// <summary>What happens to a frame on its way to one receiver.</summary>
/// <remarks>All that files, errors, <c>ctl</c> and people are told of each action stands here; what it does to a frame, in FrameDelivery.</remarks>
public abstract record FaultAction
{
    /// <summary>All kinds, in the order in which they are named.</summary>
    public static IReadOnlyList<FaultActionKind> Kinds { get; } =
    [
        new("drop", null, "The receiver does not receive them.") { Read = _ => new DropFault() },
        new("delay", "50ms", "They come later, such as 50ms.") { Read = DelayFault.Read },
        new("duplicate", "1", "They come so many times more.") { Read = DuplicateFault.Read },
        new("corrupt", "8", "So many of their bits are flipped.") { Read = CorruptFault.Read },
    ];

    /// <summary>For errors.</summary>
    internal static string Allowed { get; } = $"{string.Join(", ", Kinds.SkipLast(1).Select(k => k.Allowed))} or {Kinds[^1].Allowed}";

    /// <summary>What becomes of a frame, for people.</summary>
    public abstract string ToWords();

    /// <summary>A value of <c>action</c>.</summary>
    internal abstract JsonNode ToJson();

    /// <inheritdoc cref="ToJson"/>
    internal static FaultAction Read(YamlNode node, ErrorList errors)
    {
        string[] words = [.. Kinds.Where(k => k.Example is null).Select(k => k.Key)];
        switch (node)
        {
            case YamlScalar { Value: var word } when words.Contains(word):
                return Kinds.First(k => k.Key == word).Read(new(new YamlMap(node.Start, node.Field, []), "action", [], errors));
            case YamlMap:
                var section = new Section(node, "action", MediumKeys.Action, errors);
                string[] given = [.. MediumKeys.Action.Where(key => section.Value(key) is not null)];
                if (given.Length != 1 && section.Node is YamlMap { Pairs.Count: 0 or > 1 })
                    errors.Add(node, $"'action' has {(given.Length == 0 ? "nothing" : string.Join(" and ", given))} in it; allowed: {Allowed}");
                return given is [var key] ? Kinds.First(k => k.Key == key).Read(section) : new DropFault();
            default:
                string hint = node is YamlScalar { Value: var text } ? Nearest.Hint(text, words) : "";
                errors.Add(node, $"'action' is {node.Kind}{hint}; allowed: {Allowed}");
                return new DropFault();
        }
    }
}

/// <summary>How a kind of action is given.</summary>
/// <param name="Key">The word of one without a value; else the key of its value. <c>ctl</c>'s option is called so, too.</param>
/// <param name="Example">A value; null: it has none.</param>
/// <param name="Help">Of <c>ctl</c>'s option.</param>
public sealed record FaultActionKind(string Key, string? Example, string Help)
{
    internal string Allowed => Example is null ? Key : $"{{{Key}: {Example}}}";

    internal Func<Section, FaultAction> Read { get; init; } = null!;
}

/// <summary>The receiver does not receive it, at no attempt; so it does not acknowledge it, either.</summary>
public sealed record DropFault : FaultAction
{
    /// <inheritdoc/>
    public override string ToWords() => "dropped";

    internal override JsonNode ToJson() => "drop";
}

/// <summary>The receiver acknowledges it at once, and its kernel gets it later.</summary>
public sealed record DelayFault(TimeSpan By) : FaultAction
{
    /// <inheritdoc/>
    public override string ToWords() => $"late by {Duration.ToText(By)}";

    internal override JsonNode ToJson() => new JsonObject { ["delay"] = Duration.ToText(By) };

    // At most a minute: a delayed frame is kept in memory until then.
    internal static DelayFault Read(Section section) =>
        new(section.Duration("delay", TimeSpan.FromMicroseconds(1), TimeSpan.FromMinutes(1)) ?? default);
}

/// <summary>The receiver's kernel gets it more than once, without the retry bit.</summary>
public sealed record DuplicateFault(int Times) : FaultAction
{
    /// <inheritdoc/>
    public override string ToWords() => FormattableString.Invariant($"delivered {Times} times more");

    internal override JsonNode ToJson() => new JsonObject { ["duplicate"] = Times };

    // At most 100: each one is a frame to deliver.
    internal static DuplicateFault Read(Section section) => new(section.Integer("duplicate", 1, 1, 100));
}

/// <summary>Bits of the frame's body are flipped behind the FCS's back.</summary>
/// <param name="Bits">How many, at random places.</param>
public sealed record CorruptFault(int Bits) : FaultAction
{
    /// <inheritdoc/>
    public override string ToWords() => FormattableString.Invariant($"with {Bits} bits flipped");

    internal override JsonNode ToJson() => new JsonObject { ["corrupt"] = Bits };

    // At most what a frame of 2304 bytes has: more is no more corrupt.
    internal static CorruptFault Read(Section section) => new(section.Integer("corrupt", 1, 1, 2304 * 8));
}
