using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Control;

/// <summary><c>/v1/jammers</c>.</summary>
internal static class JammerEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var jammers = routes.MapGroup("").WithTags("jammers");
        jammers.MapGet("/jammers", [return: ConfigurationSchema("jammerReading", IsList = true)] (IControlledMedium medium) =>
            new JsonArray([.. medium.CurrentMedium.Jammers.Select(jammer => Read(medium, jammer))]))
            .Describe("getJammers", "Sources of noise that are no guests.");
        jammers.MapGet("/jammers/{name}", [return: ConfigurationSchema("jammerReading")] (string name, IControlledMedium medium) =>
            Read(medium, Find(medium, name)))
            .Describe("getJammer", "A jammer.")
            .Refuses(404, "no jammer is called so");
        jammers.MapPut("/jammers/{name}", SetAsync)
            .Describe("setJammer", "Gives a jammer, in place of the one of this name.")
            .Refuses(409, "a VM is called so, or there are as many jammers as may be");
        jammers.MapDelete("/jammers/{name}", (string name, IControlledMedium medium) =>
            medium.ChangeSilentlyAsync(new RemoveJammer(Find(medium, name).Name)))
            .Describe("removeJammer", "Takes a jammer back.")
            .Refuses(404, "no jammer is called so");
    }

    [return: ConfigurationSchema("jammerReading")]
    private static async Task<JsonObject> SetAsync(string name, [ConfigurationSchema("jammerChange")] RequestBody body, IControlledMedium medium,
        RadioNames names)
    {
        names.CheckNoVms(("name", name));
        var jammer = MediumText.ReadJammer(body.With(("name", name)), RequestBody.Source);
        await medium.ChangeAsync(new SetJammer(jammer));
        return Read(medium, jammer);
    }

    private static JammerConfiguration Find(IControlledMedium medium, string name) =>
        NamedEntry.Find(medium.CurrentMedium.Jammers, j => j.Name, name, "jammer");

    private static JsonObject Read(IControlledMedium medium, JammerConfiguration jammer)
    {
        var json = MediumWriter.ToJson(jammer);
        json["active"] = medium.CurrentMedium.Timing == Timing.Airtime;
        return json;
    }
}
