using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>A medium at one moment, for the engine that goes on with it. Immutable: any thread may make its text.</summary>
/// <remarks>The text is the medium in the configuration file's form, after a comment with what such a file cannot say:
/// <code>
/// # shm-medium 1 {"file":"…","startNs":…,"sinceNs":…,"motionsSinceNs":{"sta":…},"jammersSinceNs":{"jam":…},"scheduleSinceNs":…,
/// "scheduleDone":…}
/// timing: instant
/// …
/// </code>
/// </remarks>
/// <param name="Medium">With all changes so far.</param>
/// <param name="StartNs">When its clock was 0, by CLOCK_MONOTONIC. All other times are of that clock, ns.</param>
/// <param name="SinceNs">Since when fading goes on, and motions that are not among <paramref name="MotionsSinceNs"/>.</param>
/// <param name="MotionsSinceNs">Since when other motions go on, by the pattern of their radios.</param>
/// <param name="JammersSinceNs">When each jammer's first burst began, by its name.</param>
/// <param name="ScheduleSinceNs">Since when the schedule's times count.</param>
/// <param name="ScheduleDone">Changes of the schedule that were carried out.</param>
internal sealed record SavedMedium(
    MediumConfiguration Medium,
    long StartNs,
    long SinceNs,
    IReadOnlyDictionary<string, long> MotionsSinceNs,
    IReadOnlyDictionary<string, long> JammersSinceNs,
    long ScheduleSinceNs,
    int ScheduleDone)
{
    private const string Mark = "# shm-medium 1 ";

    /// <summary>The text.</summary>
    /// <param name="file">Of the medium that the first engine was started with, <see cref="HashOf"/>.</param>
    public string ToText(string file)
    {
        var head = new SavedMediumHead(file, StartNs, SinceNs, MotionsSinceNs, JammersSinceNs, ScheduleSinceNs, ScheduleDone);
        return $"{Mark}{JsonSerializer.Serialize(head, SavedMediumJson.Default.SavedMediumHead)}\n{MediumWriter.ToYaml(Medium)}";
    }

    /// <summary>Reads a text.</summary>
    /// <param name="file">The medium as its file has it now, <see cref="HashOf"/>. Where it is not what it was, what was saved does not hold.</param>
    /// <param name="problem">Why there is nothing to go on with; for people.</param>
    /// <returns>False: the medium has to begin as its file says.</returns>
    public static bool TryRead(string text, string file, [NotNullWhen(true)] out SavedMedium? saved, [NotNullWhen(false)] out string? problem)
    {
        (saved, problem) = (null, null);
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        if (!text.StartsWith(Mark, StringComparison.Ordinal) || end < 0)
        {
            problem = "the engine before was of another version: the medium begins as its configuration says, and what ctl changed is dropped";
            return false;
        }
        try
        {
            var head = JsonSerializer.Deserialize(text.AsSpan(Mark.Length, end - Mark.Length), SavedMediumJson.Default.SavedMediumHead)!;
            if (head.File != file)
            {
                problem = "the configuration of the medium is not what it was: it holds from now on, and what ctl changed is dropped";
                return false;
            }
            var medium = MediumText.ReadSaved(text, "the engine before");
            _ = ErrorTables.Check(medium);
            saved = new SavedMedium(
                medium, head.StartNs, head.SinceNs, head.MotionsSinceNs, head.JammersSinceNs, head.ScheduleSinceNs, head.ScheduleDone);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or ConfigurationException)
        {
            problem = "what the engine before saved of the medium cannot be read: it begins as its configuration says, and what ctl changed is "
                + $"dropped: {exception.Message}";
            return false;
        }
    }

    /// <summary>By what a file's medium is known again.</summary>
    public static string HashOf(MediumConfiguration medium) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(MediumWriter.ToYaml(medium))));
}

/// <summary>The first line of a <see cref="SavedMedium"/>.</summary>
internal sealed record SavedMediumHead(
    string File,
    long StartNs,
    long SinceNs,
    IReadOnlyDictionary<string, long> MotionsSinceNs,
    IReadOnlyDictionary<string, long> JammersSinceNs,
    long ScheduleSinceNs,
    int ScheduleDone);

/// <summary>Source-generated JSON of it.</summary>
[JsonSerializable(typeof(SavedMediumHead))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
internal sealed partial class SavedMediumJson : JsonSerializerContext;
