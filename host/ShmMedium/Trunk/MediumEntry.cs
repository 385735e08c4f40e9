using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Trunk;

/// <summary>A change of the medium, as hosts store it for each other: how it came about, and all that holds since.</summary>
/// <remarks>
/// JSON, with the keys and values of the configuration file:
/// <code>{"version": 1, "change": {"link": {"from": "ap", "to": "sta1", "loss": 1}}, "medium": {"timing": "instant", …}}</code>
/// A host that has the medium before makes the change, and what it does not concern goes on; every other host takes the medium whole.
/// </remarks>
/// <param name="Change">Null: everything was given again.</param>
/// <param name="Medium">After it.</param>
internal sealed record MediumEntry(MediumChange? Change, MediumConfiguration Medium)
{
    /// <summary>Bytes of one: NATS' own limit is 1 MiB (max_payload), headers included.</summary>
    public const int MaxSize = (1 << 20) - 1024;

    private const int CurrentVersion = 1;
    private const int ShownLength = 200;

    /// <summary>What a change stores.</summary>
    public static MediumEntry Of(MediumChange change, MediumConfiguration before) =>
        new(change is ReplaceMedium ? null : change, change.ApplyTo(before));

    /// <summary>As it goes over the network.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["version"] = CurrentVersion,
        ["change"] = Change is null ? null : MediumWriter.ToJson(Change),
        ["medium"] = MediumWriter.ToJson(Medium),
    }.ToJsonString());

    /// <summary>Reads what a network brought, within the limits that the control API has.</summary>
    /// <param name="problem">Why it is refused.</param>
    public static MediumEntry? TryRead(ReadOnlyMemory<byte> from, out string problem)
    {
        try
        {
            var entry = Read(from);
            problem = MediumLimits.Problem(entry.Medium) ?? TrunkConfiguration.ProblemOf(entry.Medium) ?? "";
            return problem.Length == 0 ? entry : null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException) // whatever it is: all hosts have to go past it
        {
            problem = Shown(exception.Message); // it quotes what is wrong
            return null;
        }
    }

    /// <summary>A text with words of another host, for people.</summary>
    public static string Shown(string text) => string.Concat(text.Take(ShownLength).Select(c => char.IsControl(c) ? ' ' : c));

    private static MediumEntry Read(ReadOnlyMemory<byte> from)
    {
        if (from.Length > MaxSize)
            throw new JsonException($"it has {from.Length} bytes; allowed: {MaxSize}");
        using var json = JsonDocument.Parse(from);
        if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("version", out var version)
            || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out int number) || number != CurrentVersion)
            throw new JsonException($"it is not of version {CurrentVersion}: run the same release on all hosts");
        if (!json.RootElement.TryGetProperty("medium", out var medium) || medium.ValueKind != JsonValueKind.Object)
            throw new JsonException("it has no medium");
        bool hasChange = json.RootElement.TryGetProperty("change", out var change) && change.ValueKind != JsonValueKind.Null;
        return new MediumEntry(
            hasChange ? MediumText.ReadChange(change.GetRawText(), "the change") : null,
            MediumText.ReadMedium(medium.GetRawText(), "the medium"));
    }
}
