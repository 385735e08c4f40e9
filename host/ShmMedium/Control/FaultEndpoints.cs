using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Control;

/// <summary><c>/v1/faults</c>.</summary>
internal static class FaultEndpoints
{
    private const string NoRadio = "it names a radio that is neither on the medium nor in the configuration";

    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var faults = routes.MapGroup("").WithTags("faults");
        faults.MapGet("/faults", [return: ConfigurationSchema("faultReading", IsList = true)] (IControlledMedium medium) =>
            ReadAll(medium, medium.CurrentMedium.Faults))
            .Describe("getFaults", "The injected faults, and how often each was carried out.");
        faults.MapPost("/faults", AddAsync)
            .Describe("addFault", "Orders a fault; one without a name gets one.")
            .Refuses(404, NoRadio)
            .Refuses(409, "a fault has this name, or there are as many as may be");
        faults.MapGet("/faults/{name}", [return: ConfigurationSchema("faultReading")] (string name, IControlledMedium medium) =>
            Read(medium, Find(medium, name)))
            .Describe("getFault", "A fault.")
            .Refuses(404, "no fault is called so");
        faults.MapPut("/faults/{name}", SetAsync)
            .Describe("setFault", "Orders a fault, in place of the one of this name; its hits count from 0.")
            .Refuses(404, NoRadio)
            .Refuses(409, "there are as many faults as may be");
        faults.MapDelete("/faults/{name}", (string name, IControlledMedium medium) =>
            medium.ChangeSilentlyAsync(new RemoveFault(Find(medium, name).Name)))
            .Describe("removeFault", "Takes a fault back.")
            .Refuses(404, "no fault is called so");
    }

    [return: ConfigurationSchema("faultReading")]
    private static async Task<Created<JsonObject>> AddAsync([ConfigurationSchema("fault")] RequestBody body, IControlledMedium medium,
        RadioNames names)
    {
        var fault = await OrderAsync(medium, names, current =>
        {
            var ordered = MediumText.ReadFault(body.Text, RequestBody.Source, current.Faults.Select(f => f.Name));
            return current.Faults.Any(f => f.Name == ordered.Name)
                ? throw new ControlException(409, $"a fault is called '{ordered.Name}' already",
                    new FieldError("name", $"'{ordered.Name}' is taken; PUT /v1/faults/{ordered.Name} replaces it"))
                : ordered;
        });
        return TypedResults.Created($"/v1/faults/{fault.Name}", Read(medium, fault));
    }

    [return: ConfigurationSchema("faultReading")]
    private static async Task<JsonObject> SetAsync(string name, [ConfigurationSchema("faultChange")] RequestBody body, IControlledMedium medium,
        RadioNames names)
    {
        var fault = MediumText.ReadFault(body.With(("name", name)), RequestBody.Source);
        return Read(medium, await OrderAsync(medium, names, _ => fault));
    }

    private static async Task<FaultConfiguration> OrderAsync(IControlledMedium medium, RadioNames names,
        Func<MediumConfiguration, FaultConfiguration> decide)
    {
        FaultConfiguration? fault = null;
        await medium.ChangeAsync(current =>
        {
            fault = decide(current);
            names.CheckKnown(("match.from", fault.Match.From), ("match.to", fault.Match.To));
            return new SetFault(fault);
        });
        return fault!;
    }

    private static FaultConfiguration Find(IControlledMedium medium, string name) =>
        NamedEntry.Find(medium.CurrentMedium.Faults, f => f.Name, name, "fault");

    private static JsonArray ReadAll(IControlledMedium medium, IEnumerable<FaultConfiguration> faults)
    {
        var (hits, present) = (medium.FaultHits, PresentRadios.On(medium));
        return [.. faults.Select(fault =>
        {
            var json = MediumWriter.ToJson(fault);
            json["hits"] = hits.GetValueOrDefault(fault.Name);
            present.Mark(json, new SetFault(fault));
            return json;
        })];
    }

    private static JsonObject Read(IControlledMedium medium, FaultConfiguration fault) => ReadAll(medium, [fault])[0]!.AsObject();
}
