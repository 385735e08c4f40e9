using System.Text.Json.Nodes;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Air;

namespace ShmWifi.Medium.Control;

internal sealed partial class ControlApi
{
    private Route[] RadioRoutes() =>
    [
        new("GET", "/v1/radios", "getRadios", "The radios that are on the air, as they are now.", async _ =>
            ControlResponse.Json(ToJson(await _air.ReadRadiosAsync())))
        {
            Result = RouteResult.JsonList("radioReading"),
        },
        new("GET", "/v1/radios/{radio}", "getRadio", "Those of them that a name means: a VM, VM%2Fradio, an address, or *.", async request =>
            ControlResponse.Json(ToJson(await FindRadiosAsync("radio", ReadPattern("radio", request["radio"])))))
        {
            Result = RouteResult.JsonList("radioReading"),
            Refusals = [(404, "no such radio is on the air")],
        },
        new("PATCH", "/v1/radios/{radio}", "setRadio", "Says something of radios; what the body leaves out stays as it was.", SetRadioAsync)
        {
            Body = "radioChange",
            Result = RouteResult.Json("radio"),
            Refusals = [(404, "neither is such a radio on the air, nor is one of the configuration called so")],
        },
    ];

    private async Task<ControlResponse> SetRadioAsync(ControlRequest request)
    {
        RadioConfiguration radio = AirText.ReadRadio(WithKeys(request.Body, ("radio", request["radio"])), Source);
        CheckKnown([("radio", radio.Radio)]);
        await ChangeAsync(new SetRadio(radio));
        return ControlResponse.Json(AirWriter.ToJson(SaidOf(radio.Radio)));
    }

    /// <summary>All that is said of radios by one name: of each thing, what was said last.</summary>
    private RadioConfiguration SaidOf(RadioPattern pattern) =>
        _air.CurrentAir.Radios.Where(r => r.Radio == pattern).Aggregate(new RadioConfiguration(pattern), (before, later) => before with
        {
            Motion = later.Motion ?? before.Motion,
            TxPowerDbm = later.TxPowerDbm ?? before.TxPowerDbm,
            AntennaGainDbi = later.AntennaGainDbi ?? before.AntennaGainDbi,
            NoiseFloorDbm = later.NoiseFloorDbm ?? before.NoiseFloorDbm,
        });

    private static JsonArray ToJson(IEnumerable<RadioReading> radios) => [.. radios.Select(ToJson)];

    private static JsonObject ToJson(RadioReading radio) => new()
    {
        ["radio"] = radio.FullName,
        ["vm"] = radio.Vm,
        ["name"] = radio.Name,
        ["addresses"] = new JsonArray([.. radio.Addresses.Select(a => JsonValue.Create(a.ToString()))]),
        ["freqMhz"] = radio.FreqMhz,
        ["isMonitor"] = radio.IsMonitor,
        ["position"] = new JsonArray(Rounded(radio.Position.X, 3), Rounded(radio.Position.Y, 3), Rounded(radio.Position.Z, 3)),
        ["txPowerDbm"] = radio.TxPowerDbm,
        ["antennaGainDbi"] = radio.AntennaGainDbi,
        ["noiseFloorDbm"] = radio.NoiseFloorDbm,
    };

    /// <summary>As many digits as mean something, never in powers of ten.</summary>
    private static JsonValue Rounded(double value, int digits) => JsonValue.Create((decimal)Math.Round(value, digits));

    private static RadioPattern ReadPattern(string field, string text) => RadioPattern.TryParse(text, out RadioPattern pattern)
        ? pattern
        : throw new ControlException(
            400,
            $"'{text}' names no radio",
            new FieldError(field, $"'{text}' names no radio; allowed: a VM (ap), VM and radio (ap/phy0; in a path ap%2Fphy0), an address (02:00:00:00:00:01), or *"));

    /// <summary>The radios that are on the air and that a pattern means.</summary>
    /// <exception cref="ControlException">There are none.</exception>
    private async Task<IReadOnlyList<RadioReading>> FindRadiosAsync(string field, RadioPattern pattern)
    {
        IReadOnlyList<RadioReading> all = await _air.ReadRadiosAsync();
        RadioReading[] meant = [.. all.Where(r => r.IsMeantBy(pattern))];
        return meant.Length != 0 ? meant : throw NoRadio(field, pattern, all, "is on the air");
    }

    /// <summary>Refuses names of radios that are neither on the air nor of the configuration: they are mistyped.</summary>
    private void CheckKnown(IEnumerable<(string Field, RadioPattern Pattern)> names)
    {
        foreach ((string field, RadioPattern pattern) in names)
        {
            if (!IsKnown(pattern))
                throw NoRadio(field, pattern, [.. _air.Radios], "is on the air or in the configuration");
        }
    }

    private bool IsKnown(RadioPattern pattern)
    {
        AirConfiguration air = _air.CurrentAir;
        if (pattern == RadioPattern.Any || _air.Radios.Any(r => r.IsMeantBy(pattern)) || air.Radios.Any(r => r.Radio == pattern)
            || air.Links.Any(l => l.From == pattern || l.To == pattern))
        {
            return true;
        }
        // A VM that can attach, but has not brought any radio yet.
        return pattern.Vm is { } vm && _configuration.CanAttach(vm) && !_air.Radios.Any(r => r.Vm == vm);
    }

    private ControlException NoRadio(string field, RadioPattern pattern, IReadOnlyList<RadioIdentity> all, string where)
    {
        string[] near = [.. all.Select(r => r.FullName), .. all.Select(r => r.Vm), .. all.SelectMany(r => r.Addresses).Select(a => a.ToString()), .. _configuration.Vms.Select(v => v.Name)];
        string name = pattern.ToString();
        const int Shown = 8;
        string there = all.Count == 0 ? "no radio is on the air" : $"on the air: {string.Join(", ", all.Take(Shown).Select(r => r.FullName))}{(all.Count > Shown ? " and others" : "")}";
        string message = $"no radio '{name}' {where}{Nearest.Hint(name, near.Distinct().Where(n => n != name))}; {there}";
        return new ControlException(404, message, new FieldError(field, message));
    }
}
