using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ShmWifi.Perf.EndToEnd.Report;

/// <summary>What <c>./shmwifi bench --json FILE</c> writes.</summary>
/// <remarks>
/// <code>
/// {
///   "environment": { "commit", "date", "cpu", "cores", "kernel", "runtime", "qemu", "accel", "guestKernel", "loadAtStart", "loadAtEnd" },
///   "problem",                        why the run ended early; null when it did not
///   "rows": [{ "group", "figure", "unit", "value", "spread", "baseline", "ratio", "goal", "met" }]
/// }
/// </code>
/// null where nothing was measured. See <see cref="RunEnvironment"/> and <see cref="Row"/>.
/// </remarks>
/// <param name="Environment">Where and with what.</param>
/// <param name="Problem">Why the run ended early, so that rows are missing; null when it did not.</param>
/// <param name="Rows">The figures.</param>
internal sealed record BenchReport(RunEnvironment Environment, string? Problem, IReadOnlyList<Row> Rows)
{
    // "≤" and "×" stay readable: the file is no part of a web page.
    private static readonly BenchReportJson Json = new(new JsonSerializerOptions(BenchReportJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The text of the file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json.BenchReport) + "\n";
}

/// <summary>Serialisation of <see cref="BenchReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, Converters = [typeof(MeasuredNumberConverter)])]
[JsonSerializable(typeof(BenchReport))]
internal sealed partial class BenchReportJson : JsonSerializerContext;

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
