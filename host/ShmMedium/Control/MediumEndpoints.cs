using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Control;

/// <summary><c>/v1/medium</c>, and its parts that are one value each.</summary>
internal static class MediumEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var medium = routes.MapGroup("").WithTags("medium");
        medium.MapGet("/medium", [return: ConfigurationSchema("medium")] async (IControlledMedium sharedMedium) =>
            MediumWriter.ToJson(await sharedMedium.SnapshotMediumAsync()))
            .Describe("getMedium", "The whole medium as it is now: radios that move start from where they are.");
        medium.MapPut("/medium", ([ConfigurationSchema("medium")] RequestBody body, IControlledMedium sharedMedium) =>
                sharedMedium.ChangeSilentlyAsync(new ReplaceMedium(MediumText.ReadMedium(body.Text, RequestBody.Source))))
            .Describe("setMedium", "Gives the whole medium again; its clock and schedule start again.");

        medium.MapGet("/timing", [return: ConfigurationSchema("timing")] (IControlledMedium sharedMedium) =>
            MediumWriter.ToJson(sharedMedium.CurrentMedium.Timing))
            .Describe("getTiming", "Whether frames take their airtime.");
        medium.MapPut("/timing", ([ConfigurationSchema("timing")] RequestBody body, IControlledMedium sharedMedium) =>
            sharedMedium.ChangeSilentlyAsync(ReadWord("timing", body)))
            .Describe("setTiming", "Changes whether frames take their airtime.");

        medium.MapGet("/seed", [return: ConfigurationSchema("seed")] (IControlledMedium sharedMedium) =>
            JsonValue.Create(sharedMedium.CurrentMedium.Seed))
            .Describe("getSeed", "What every random draw comes from.");
        medium.MapPut("/seed", ([ConfigurationSchema("seed")] RequestBody body, IControlledMedium sharedMedium) =>
        {
            ulong seed = MediumText.ReadMedium($"seed: {body.Text.Trim()}", RequestBody.Source).Seed;
            return sharedMedium.ChangeSilentlyAsync(current => new ReplaceMedium(current with { Seed = seed }));
        })
            .Describe("setSeed", "Starts the medium as it was given again, with another seed.");

        medium.MapGet("/propagation", [return: ConfigurationSchema("propagation")] (IControlledMedium sharedMedium) =>
            MediumWriter.ToJson(sharedMedium.CurrentMedium.Propagation))
            .Describe("getPropagation", "Tells how links are computed.");
        medium.MapPut("/propagation", ([ConfigurationSchema("propagation")] RequestBody body, IControlledMedium sharedMedium) =>
                sharedMedium.ChangeSilentlyAsync(new SetPropagation(MediumText.ReadPropagation(body.Text, RequestBody.Source))))
            .Describe("setPropagation", "Changes how links are computed.")
            .Refuses(409, "none, while there are walls");
        medium.MapDelete("/propagation", (IControlledMedium sharedMedium) => sharedMedium.ChangeSilentlyAsync(new SetPropagation(null)))
            .Describe("removePropagation", "Changes how links are computed: to none.")
            .Refuses(409, "there are walls");

        medium.MapGet("/fading", [return: ConfigurationSchema("fading")] (IControlledMedium sharedMedium) =>
            MediumWriter.ToJson(sharedMedium.CurrentMedium.Fading))
            .Describe("getFading", "Tells how signals vary.");
        medium.MapPut("/fading", ([ConfigurationSchema("fading")] RequestBody body, IControlledMedium sharedMedium) =>
                sharedMedium.ChangeSilentlyAsync(new SetFading(MediumText.ReadFading(body.Text, RequestBody.Source))))
            .Describe("setFading", "Changes how signals vary.");
        medium.MapDelete("/fading", (IControlledMedium sharedMedium) => sharedMedium.ChangeSilentlyAsync(new SetFading(null)))
            .Describe("removeFading", "Changes how signals vary: to none.");

        medium.MapGet("/errorTable", [return: ConfigurationSchema("errorTable")] (IControlledMedium sharedMedium) =>
            JsonValue.Create(sharedMedium.CurrentMedium.ErrorTable ?? "none"))
            .Describe("getErrorTable", "Tells where error rates come from.");
        medium.MapPut("/errorTable", ([ConfigurationSchema("errorTable")] RequestBody body, IControlledMedium sharedMedium) =>
                sharedMedium.ChangeSilentlyAsync(ReadWord("errorTable", body)))
            .Describe("setErrorTable", "Changes where error rates come from.");
        medium.MapDelete("/errorTable", (IControlledMedium sharedMedium) => sharedMedium.ChangeSilentlyAsync(new SetErrorTable(null)))
            .Describe("removeErrorTable", "Changes where error rates come from: to none.");
    }

    /// <summary>A change that is one word: a JSON string, or the word as it is.</summary>
    private static MediumChange ReadWord(string key, RequestBody body)
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
        return MediumText.ReadChange(new JsonObject { [key] = value }.ToJsonString(), RequestBody.Source);
    }
}
