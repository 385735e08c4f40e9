using System.Text.Json;
using System.Text.Json.Nodes;
using ShmWifi.Configuration.Air;

namespace ShmWifi.Medium.Control;

internal sealed partial class ControlApi
{
    private Route[] AirRoutes() =>
    [
        new("GET", "/v1/air", "getAir", "The whole air as it is now: radios that move start from where they are.", async _ =>
            ControlResponse.Json(AirWriter.ToJson(await _air.SnapshotAirAsync())))
        {
            Result = RouteResult.Json("air"),
        },
        new("PUT", "/v1/air", "setAir", "Gives the whole air anew; its clock and schedule start again.", request =>
            ApplyAsync(new ReplaceAir(AirText.ReadAir(request.Body, Source))))
        {
            Body = "air",
        },
        new("GET", "/v1/timing", "getTiming", "Whether frames take their airtime.", _ => Answer(AirWriter.ToJson(_air.CurrentAir.Timing)))
        {
            Result = RouteResult.Json("timing"),
        },
        new("PUT", "/v1/timing", "setTiming", "Changes whether frames take their airtime.", request => ApplyAsync(ReadWord("timing", request.Body)))
        {
            Body = "timing",
        },
        new("GET", "/v1/seed", "getSeed", "What every random draw comes from.", _ => Answer(_air.CurrentAir.Seed))
        {
            Result = RouteResult.Json("seed"),
        },
        new("PUT", "/v1/seed", "setSeed", "Starts the air as it was given again, with another seed.", request =>
            ApplyAsync(new ReplaceAir(_air.CurrentAir with { Seed = AirText.ReadAir($"seed: {request.Body.Trim()}", Source).Seed })))
        {
            Body = "seed",
        },
        .. ModelRoutes("propagation", "how links are computed", air => AirWriter.ToJson(air.Propagation), body => new SetPropagation(AirText.ReadPropagation(body, Source)), new SetPropagation(null)),
        .. ModelRoutes("fading", "how signals vary", air => AirWriter.ToJson(air.Fading), body => new SetFading(AirText.ReadFading(body, Source)), new SetFading(null)),
        .. ModelRoutes("errorTable", "where error rates come from", air => air.ErrorTable ?? "none", body => ReadWord("errorTable", body), new SetErrorTable(null)),
    ];

    /// <summary>Something that the air has, or has not: <c>none</c>.</summary>
    private Route[] ModelRoutes(string name, string what, Func<AirConfiguration, JsonNode> value, Func<string, AirChange> read, AirChange none)
    {
        string id = char.ToUpperInvariant(name[0]) + name[1..];
        return
        [
            new("GET", $"/v1/{name}", $"get{id}", $"Tells {what}.", _ => Answer(value(_air.CurrentAir)))
            {
                Result = RouteResult.Json(name),
            },
            new("PUT", $"/v1/{name}", $"set{id}", $"Changes {what}.", request => ApplyAsync(read(request.Body)))
            {
                Body = name,
            },
            new("DELETE", $"/v1/{name}", $"remove{id}", $"Changes {what}: to none.", _ => ApplyAsync(none)),
        ];
    }

    /// <summary>A change that is one word: a JSON string, or the word as it is.</summary>
    private static AirChange ReadWord(string key, string body)
    {
        string word = body.Trim();
        JsonNode value = JsonValue.Create(word);
        if (word.StartsWith('"'))
        {
            try
            {
                value = JsonNode.Parse(word)!;
            }
            catch (JsonException e)
            {
                throw new ControlException(400, $"the body is no JSON string: {e.Message}", new FieldError(key, "is no JSON string"));
            }
        }
        return AirText.ReadChange(new JsonObject { [key] = value }.ToJsonString(), Source);
    }
}
