using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace ShmWifi.Medium.Control;

/// <summary>An answer.</summary>
/// <param name="Status">HTTP's.</param>
/// <param name="ContentType">null: it has no body.</param>
/// <param name="Text">The body.</param>
internal sealed record ControlResponse(int Status, string? ContentType = null, string Text = "")
{
    /// <summary>JSON.</summary>
    public const string JsonType = "application/json";

    /// <summary>RFC 9457.</summary>
    public const string ProblemType = "application/problem+json";

    /// <summary>RFC 9512.</summary>
    public const string YamlType = "application/yaml";

    /// <summary>One JSON text a line.</summary>
    public const string JsonLinesType = "application/x-ndjson";

    private static readonly JsonSerializerOptions s_indented = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // nobody puts it into HTML
        WriteIndented = true,
    };

    /// <summary>Done; nothing to say.</summary>
    public static ControlResponse NoContent { get; } = new(204);

    /// <summary>Where the new resource is.</summary>
    public string? Location { get; init; }

    /// <summary>Methods that the resource has, when it was asked for another.</summary>
    public string? Allow { get; init; }

    /// <summary>Writes the body, in place of <see cref="Text"/>, until the token says that the client has gone.</summary>
    public Func<PipeWriter, CancellationToken, Task>? Stream { get; init; }

    /// <summary>A JSON text.</summary>
    /// <param name="body">null: JSON's null.</param>
    /// <param name="status">HTTP's.</param>
    public static ControlResponse Json(JsonNode? body, int status = 200) => new(status, JsonType, Write(body));

    /// <summary>A refusal, as RFC 9457 has it: the fields in <c>errors</c>.</summary>
    public static ControlResponse Problem(ControlException refusal)
    {
        var problem = new JsonObject
        {
            ["type"] = "about:blank",
            ["title"] = ReasonPhrases.GetReasonPhrase(refusal.Status),
            ["status"] = refusal.Status,
            ["detail"] = refusal.Message,
        };
        if (refusal.Errors.Count != 0)
        {
            problem["errors"] = new JsonArray(
                [.. refusal.Errors.Select(e => new JsonObject { ["field"] = e.Field, ["message"] = e.Message })]);
        }
        return new(refusal.Status, ProblemType, Write(problem)) { Allow = refusal.Allow };
    }

    private static string Write(JsonNode? body) => (body?.ToJsonString(s_indented) ?? "null") + "\n";
}
