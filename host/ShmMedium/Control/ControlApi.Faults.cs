using System.Text.Json.Nodes;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Air;

namespace ShmWifi.Medium.Control;

internal sealed partial class ControlApi
{
    private const string FaultsPath = "/v1/faults";

    private Route[] FaultRoutes() =>
    [
        new("GET", FaultsPath, "getFaults", "The faults to order, and how often each was carried out.", _ => Answer(new JsonArray([.. _air.CurrentAir.Faults.Select(ToJson)])))
        {
            Result = RouteResult.JsonList("faultReading"),
        },
        new("POST", FaultsPath, "addFault", "Orders a fault; one without a name gets one.", AddFaultAsync)
        {
            Body = "fault",
            Result = RouteResult.Json("faultReading", 201),
            Refusals = [(404, "it names a radio that is neither on the air nor in the configuration"), (409, "a fault has this name, or there are as many as may be")],
        },
        new("GET", FaultsPath + "/{name}", "getFault", "A fault.", request => Answer(ToJson(FindFault(request["name"]))))
        {
            Result = RouteResult.Json("faultReading"),
            Refusals = [(404, "no fault is called so")],
        },
        new("PUT", FaultsPath + "/{name}", "setFault", "Orders a fault, in place of the one of this name; its hits count from 0.", SetFaultAsync)
        {
            Body = "faultChange",
            Result = RouteResult.Json("faultReading"),
            Refusals = [(404, "it names a radio that is neither on the air nor in the configuration"), (409, "there are as many faults as may be")],
        },
        new("DELETE", FaultsPath + "/{name}", "removeFault", "Takes a fault back.", request => ApplyAsync(new RemoveFault(FindFault(request["name"]).Name)))
        {
            Refusals = [(404, "no fault is called so")],
        },
    ];

    private async Task<ControlResponse> AddFaultAsync(ControlRequest request)
    {
        FaultConfiguration fault = AirText.ReadFault(request.Body, Source, _air.CurrentAir.Faults.Select(f => f.Name));
        if (_air.CurrentAir.Faults.Any(f => f.Name == fault.Name))
            throw new ControlException(409, $"a fault is called '{fault.Name}' already", new FieldError("name", $"'{fault.Name}' is taken; PUT {FaultsPath}/{fault.Name} replaces it"));
        await OrderAsync(fault);
        return ControlResponse.Json(ToJson(fault), 201) with { Location = $"{FaultsPath}/{Uri.EscapeDataString(fault.Name)}" };
    }

    private async Task<ControlResponse> SetFaultAsync(ControlRequest request)
    {
        FaultConfiguration fault = AirText.ReadFault(WithKeys(request.Body, ("name", request["name"])), Source);
        await OrderAsync(fault);
        return ControlResponse.Json(ToJson(fault));
    }

    private async Task OrderAsync(FaultConfiguration fault)
    {
        CheckKnown([("match.from", fault.Match.From), ("match.to", fault.Match.To)]);
        await ChangeAsync(new SetFault(fault));
    }

    private FaultConfiguration FindFault(string name) =>
        _air.CurrentAir.Faults.FirstOrDefault(f => f.Name == name)
        ?? throw new ControlException(404, $"no fault is called '{name}'{Nearest.Hint(name, _air.CurrentAir.Faults.Select(f => f.Name))}; GET {FaultsPath} tells which there are");

    private JsonObject ToJson(FaultConfiguration fault)
    {
        JsonObject json = AirWriter.ToJson(fault);
        json["hits"] = _air.FaultHits.GetValueOrDefault(fault.Name);
        return json;
    }
}
