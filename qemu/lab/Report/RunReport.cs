using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ShmWifi.Lab.Report;

/// <summary>What <c>./shmwifi bench</c>, <c>scenarios</c> and <c>demo</c> find, and write with <c>--json FILE</c>.</summary>
/// <remarks>
/// <code>
/// {
///   "environment": { "commit", "date", "cpu", "cores", "kernel", "runtime", "qemu", "accel", "guestKernel", "loadAtStart", "loadAtEnd" },
///   "problems": [{ "group", "message" }],   what went wrong, so that rows may be missing
///   "rows": [{ "group", "figure", "unit", "value", "spread", "baseline", "ratio", "limit", "met", "low", "high", "part" }],
///   "details": { … }                  what else is to be known of the run, by name; of the demo: path, isolation, security, capture
/// }
/// </code>
/// null where nothing was measured or nothing is demanded. See <see cref="RunEnvironment"/> and <see cref="Row"/>.
/// </remarks>
internal sealed record RunReport(RunEnvironment Environment, IReadOnlyList<Problem> Problems, IReadOnlyList<Row> Rows)
{
    // "≤", "×" and "µ" stay readable: the file is no part of a web page.
    private static readonly RunReportJson Json =
        new(new JsonSerializerOptions(RunReportJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>What else is to be known of the run, by name.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>0: nothing went wrong, and all limits are kept; else 1.</summary>
    [JsonIgnore]
    public int ExitCode => Problems.Count == 0 && Rows.All(row => row.Met != false) ? 0 : 1;

    /// <summary>Makes sure that a file can be written, before anything is measured; what is in it stays.</summary>
    /// <exception cref="LabException">It cannot.</exception>
    public static void ThrowIfUnwritable(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"results cannot be written: {exception.Message} Choose another place by --json or --output.");
        }
    }

    /// <summary>The text of the file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json.RunReport) + "\n";
}

/// <summary>What went wrong.</summary>
internal sealed record Problem(string Group, string Message);

/// <summary>Serialisation of <see cref="RunReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    Converters = [typeof(MeasuredNumberConverter)])]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class RunReportJson : JsonSerializerContext;

/// <summary>Writes null for what is no number, as JSON has neither NaN nor infinity.</summary>
internal sealed class MeasuredNumberConverter : JsonConverter<double>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteNullValue();
    }
}
