using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace ShmWifi.ShmMedium.Control;

/// <summary>Source-generated JSON of what the API answers.</summary>
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonArray))]
[JsonSerializable(typeof(JsonValue))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(RadioState[]))]
[JsonSerializable(typeof(IReadOnlyList<LinkState>))]
[JsonSerializable(typeof(ScheduleState))]
[JsonSerializable(typeof(WatchEvent))]
[JsonSerializable(typeof(ViewLine))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(ControlProblem))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ControlJson : JsonSerializerContext;
