using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Air;

namespace ShmWifi.Medium.Control;

/// <summary><c>/v1/faults</c>.</summary>
internal static class FaultEndpoints
{
    private const string NoRadio = "it names a radio that is neither on the air nor in the configuration";

    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder faults = routes.MapGroup("").WithTags("faults");
        faults.MapGet("/faults", [return: ConfigurationSchema("faultReading", IsList = true)] (IControlledAir air) => new JsonArray([.. air.CurrentAir.Faults.Select(f => Read(air, f))]))
            .Describe("getFaults", "The faults to order, and how often each was carried out.");
        faults.MapPost("/faults", AddAsync)
            .Describe("addFault", "Orders a fault; one without a name gets one.")
            .Refuses(404, NoRadio)
            .Refuses(409, "a fault has this name, or there are as many as may be");
        faults.MapGet("/faults/{name}", [return: ConfigurationSchema("faultReading")] (string name, IControlledAir air) => Read(air, Find(air, name)))
            .Describe("getFault", "A fault.")
            .Refuses(404, "no fault is called so");
        faults.MapPut("/faults/{name}", SetAsync)
            .Describe("setFault", "Orders a fault, in place of the one of this name; its hits count from 0.")
            .Refuses(404, NoRadio)
            .Refuses(409, "there are as many faults as may be");
        faults.MapDelete("/faults/{name}", (string name, IControlledAir air) => air.ChangeSilentlyAsync(new RemoveFault(Find(air, name).Name)))
            .Describe("removeFault", "Takes a fault back.")
            .Refuses(404, "no fault is called so");
    }

    [return: ConfigurationSchema("faultReading")]
    private static async Task<Created<JsonObject>> AddAsync([ConfigurationSchema("fault")] RequestBody body, IControlledAir air, RadioNames names)
    {
        FaultConfiguration fault = AirText.ReadFault(body.Text, RequestBody.Source, air.CurrentAir.Faults.Select(f => f.Name));
        if (air.CurrentAir.Faults.Any(f => f.Name == fault.Name))
            throw new ControlException(409, $"a fault is called '{fault.Name}' already", new FieldError("name", $"'{fault.Name}' is taken; PUT /v1/faults/{fault.Name} replaces it"));
        return TypedResults.Created($"/v1/faults/{fault.Name}", await OrderAsync(fault, air, names));
    }

    [return: ConfigurationSchema("faultReading")]
    private static Task<JsonObject> SetAsync(string name, [ConfigurationSchema("faultChange")] RequestBody body, IControlledAir air, RadioNames names) =>
        OrderAsync(AirText.ReadFault(body.With(("name", name)), RequestBody.Source), air, names);

    private static async Task<JsonObject> OrderAsync(FaultConfiguration fault, IControlledAir air, RadioNames names)
    {
        names.CheckKnown(("match.from", fault.Match.From), ("match.to", fault.Match.To));
        await air.ChangeAsync(new SetFault(fault));
        return Read(air, fault);
    }

    private static FaultConfiguration Find(IControlledAir air, string name) =>
        air.CurrentAir.Faults.FirstOrDefault(f => f.Name == name)
        ?? throw new ControlException(404, $"no fault is called '{name}'{Nearest.Hint(name, air.CurrentAir.Faults.Select(f => f.Name))}; GET /v1/faults tells which there are");

    private static JsonObject Read(IControlledAir air, FaultConfiguration fault)
    {
        JsonObject json = AirWriter.ToJson(fault);
        json["hits"] = air.FaultHits.GetValueOrDefault(fault.Name);
        return json;
    }
}
