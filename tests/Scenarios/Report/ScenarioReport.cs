using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Tests.Scenarios.Report;

/// <summary>What <c>./shmwifi scenarios --json FILE</c> writes.</summary>
/// <remarks>
/// <code>
/// {
///   "environment": as of ./shmwifi bench,
///   "problems": [{ "scenario", "message" }],   scenarios that could not be measured to their end
///   "rows": [{ "scenario", "figure", "unit", "value", "low", "high", "met" }]
/// }
/// </code>
/// null where nothing was measured or nothing is demanded. See <see cref="ScenarioRow"/>.
/// </remarks>
/// <param name="Environment">Where and with what.</param>
/// <param name="Problems">What ended scenarios early.</param>
/// <param name="Rows">The figures.</param>
internal sealed record ScenarioReport(RunEnvironment Environment, IReadOnlyList<ScenarioProblem> Problems, IReadOnlyList<ScenarioRow> Rows)
{
    // "µ" stays readable: the file is no part of a web page.
    private static readonly ScenarioReportJson Json = new(new JsonSerializerOptions(ScenarioReportJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Whether all ran to their end and all limits are kept.</summary>
    [JsonIgnore]
    public bool IsMet => Problems.Count == 0 && Rows.All(row => row.Met != false);

    /// <summary>The text of the file.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json.ScenarioReport) + "\n";
}

/// <summary>Why a scenario ended early.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Message">What went wrong.</param>
internal sealed record ScenarioProblem(string Scenario, string Message);

/// <summary>Serialisation of <see cref="ScenarioReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, Converters = [typeof(MeasuredNumberConverter)])]
[JsonSerializable(typeof(ScenarioReport))]
internal sealed partial class ScenarioReportJson : JsonSerializerContext;
