using System.Text.Json.Nodes;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Trunk;

/// <summary>What two media differ in, for people.</summary>
internal static class MediumDifference
{
    private const int Shown = 40;

    /// <summary>The keys whose values differ: with these, or with how many entries they have, where that tells it.</summary>
    public static string Between(MediumConfiguration own, MediumConfiguration other)
    {
        var theirs = MediumWriter.ToJson(other);
        return string.Join(", ", MediumWriter.ToJson(own).Where(pair => !JsonNode.DeepEquals(pair.Value, theirs[pair.Key])).Select(pair =>
        {
            (string here, string there) = (Text(pair.Value), Text(theirs[pair.Key]));
            return here == there || here.Length > Shown || there.Length > Shown ? pair.Key : $"{pair.Key} ({there}, here {here})";
        }));
    }

    private static string Text(JsonNode? value) => value is JsonArray list ? $"{list.Count}" : value?.ToJsonString().Trim('"') ?? "";
}
