using System.ComponentModel;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Control;

/// <summary><c>/v1/radios</c>.</summary>
internal static class RadioEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var radios = routes.MapGroup("").WithTags("radios");
        radios.MapGet("/radios", async (IControlledMedium medium) => States(await medium.ReadRadiosAsync()))
            .Describe("getRadios", "The radios that are on the medium, as they are now.");
        radios.MapGet("/radios/{radio}", async (string radio, RadioNames names) => States(await names.FindAsync("radio", radio)))
            .Describe("getRadio", "Those of them that a name means: a VM, VM%2Fradio, an address, or *.")
            .Refuses(404, "no such radio is on the medium");
        radios.MapPatch("/radios/{radio}", SetAsync)
            .Describe("setRadio", "Says something of radios; what the body leaves out stays as it was.")
            .Refuses(404, "neither is such a radio on the medium, nor is one of the configuration called so");
    }

    [return: ConfigurationSchema("radio")]
    private static async Task<JsonObject> SetAsync(string radio, [ConfigurationSchema("radioChange")] RequestBody body, IControlledMedium medium,
        RadioNames names)
    {
        var said = MediumText.ReadRadio(body.With(("radio", radio)), RequestBody.Source);
        names.CheckKnown(("radio", said.Radio));
        await medium.ChangeAsync(new SetRadio(said));
        return MediumWriter.ToJson(ConfigurationOf(medium, said.Radio));
    }

    /// <summary>All that is said of radios by one name: of each thing, what was said last.</summary>
    private static RadioConfiguration ConfigurationOf(IControlledMedium medium, RadioPattern pattern) =>
        medium.CurrentMedium.Radios.Where(r => r.Radio == pattern).Aggregate(new RadioConfiguration(pattern), (before, later) => before with
        {
            Motion = later.Motion ?? before.Motion,
            TxPowerDbm = later.TxPowerDbm ?? before.TxPowerDbm,
            AntennaGainDbi = later.AntennaGainDbi ?? before.AntennaGainDbi,
            NoiseFloorDbm = later.NoiseFloorDbm ?? before.NoiseFloorDbm,
            DataRate = later.DataRate ?? before.DataRate,
        });

    private static RadioState[] States(IEnumerable<RadioReading> radios) => [.. radios.Select(StateOf)];

    /// <summary>A radio as the API tells it.</summary>
    internal static RadioState StateOf(RadioReading r) => new(
        r.FullName,
        r.Vm,
        r.Name,
        r.Number,
        [.. r.Addresses.Select(a => a.ToString())],
        r.FreqMhz,
        r.IsMonitor,
        [Rounded.To(r.Position.X, 3), Rounded.To(r.Position.Y, 3), Rounded.To(r.Position.Z, 3)],
        r.TxPowerDbm,
        r.AntennaGainDbi,
        r.NoiseFloorDbm,
        r.DataRate.ToString());
}

/// <summary>A <see cref="RadioReading"/> in JSON.</summary>
[Description("A radio that is on the medium, as it is now.")]
internal sealed record RadioState(
    [property: Description("VM and radio, such as sta1/phy0.")] string Radio,
    string Vm,
    [property: Description("The guest's name for it.")] string Name,
    [property: Description("Its port's number for it: vm/radioN names it, too, and stays when its guest makes its radios again.")] int Number,
    [property: Description("What it answers to.")] string[] Addresses,
    [property: Description("Of its latest frame, MHz; 0 before the first.")] int FreqMhz,
    [property: Description("Whether it wants frames addressed to others.")] bool IsMonitor,
    [property: Description("x, y, z in metres.")] decimal[] Position,
    [property: Description("Transmit power, dBm.")] double TxPowerDbm,
    [property: Description("Gain of the antenna, dBi.")] double AntennaGainDbi,
    [property: Description("Noise at the receiver in 20 MHz, dBm.")] double NoiseFloorDbm,
    [property: Description("The rate of its unicast data; none: what its guest tells.")] string DataRate);
