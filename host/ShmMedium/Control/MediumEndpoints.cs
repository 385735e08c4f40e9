using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ShmWifi.Configuration.Air;

namespace ShmWifi.Medium.Control;

/// <summary><c>/v1/air</c>, and its parts that are one value each.</summary>
internal static class MediumEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder medium = routes.MapGroup("").WithTags("medium");
        medium.MapGet("/air", [return: ConfigurationSchema("air")] async (IControlledAir air) => AirWriter.ToJson(await air.SnapshotAirAsync()))
            .Describe("getAir", "The whole air as it is now: radios that move start from where they are.");
        medium.MapPut("/air", ([ConfigurationSchema("air")] RequestBody body, IControlledAir air) =>
                air.ChangeSilentlyAsync(new ReplaceAir(AirText.ReadAir(body.Text, RequestBody.Source))))
            .Describe("setAir", "Gives the whole air anew; its clock and schedule start again.");

        medium.MapGet("/timing", [return: ConfigurationSchema("timing")] (IControlledAir air) => AirWriter.ToJson(air.CurrentAir.Timing))
            .Describe("getTiming", "Whether frames take their airtime.");
        medium.MapPut("/timing", ([ConfigurationSchema("timing")] RequestBody body, IControlledAir air) => air.ChangeSilentlyAsync(ReadWord("timing", body)))
            .Describe("setTiming", "Changes whether frames take their airtime.");

        medium.MapGet("/seed", [return: ConfigurationSchema("seed")] (IControlledAir air) => JsonValue.Create(air.CurrentAir.Seed))
            .Describe("getSeed", "What every random draw comes from.");
        medium.MapPut("/seed", ([ConfigurationSchema("seed")] RequestBody body, IControlledAir air) =>
                air.ChangeSilentlyAsync(new ReplaceAir(air.CurrentAir with { Seed = AirText.ReadAir($"seed: {body.Text.Trim()}", RequestBody.Source).Seed })))
            .Describe("setSeed", "Starts the air as it was given again, with another seed.");

        medium.MapGet("/propagation", [return: ConfigurationSchema("propagation")] (IControlledAir air) => AirWriter.ToJson(air.CurrentAir.Propagation))
            .Describe("getPropagation", "Tells how links are computed.");
        medium.MapPut("/propagation", ([ConfigurationSchema("propagation")] RequestBody body, IControlledAir air) =>
                air.ChangeSilentlyAsync(new SetPropagation(AirText.ReadPropagation(body.Text, RequestBody.Source))))
            .Describe("setPropagation", "Changes how links are computed.");
        medium.MapDelete("/propagation", (IControlledAir air) => air.ChangeSilentlyAsync(new SetPropagation(null)))
            .Describe("removePropagation", "Changes how links are computed: to none.");

        medium.MapGet("/fading", [return: ConfigurationSchema("fading")] (IControlledAir air) => AirWriter.ToJson(air.CurrentAir.Fading))
            .Describe("getFading", "Tells how signals vary.");
        medium.MapPut("/fading", ([ConfigurationSchema("fading")] RequestBody body, IControlledAir air) =>
                air.ChangeSilentlyAsync(new SetFading(AirText.ReadFading(body.Text, RequestBody.Source))))
            .Describe("setFading", "Changes how signals vary.");
        medium.MapDelete("/fading", (IControlledAir air) => air.ChangeSilentlyAsync(new SetFading(null)))
            .Describe("removeFading", "Changes how signals vary: to none.");

        medium.MapGet("/errorTable", [return: ConfigurationSchema("errorTable")] (IControlledAir air) => JsonValue.Create(air.CurrentAir.ErrorTable ?? "none"))
            .Describe("getErrorTable", "Tells where error rates come from.");
        medium.MapPut("/errorTable", ([ConfigurationSchema("errorTable")] RequestBody body, IControlledAir air) =>
                air.ChangeSilentlyAsync(ReadWord("errorTable", body)))
            .Describe("setErrorTable", "Changes where error rates come from.");
        medium.MapDelete("/errorTable", (IControlledAir air) => air.ChangeSilentlyAsync(new SetErrorTable(null)))
            .Describe("removeErrorTable", "Changes where error rates come from: to none.");
    }

    /// <summary>A change that is one word: a JSON string, or the word as it is.</summary>
    private static AirChange ReadWord(string key, RequestBody body)
    {
        string word = body.Text.Trim();
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
        return AirText.ReadChange(new JsonObject { [key] = value }.ToJsonString(), RequestBody.Source);
    }
}
