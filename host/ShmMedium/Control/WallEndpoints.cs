using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Control;

/// <summary><c>/v1/walls</c>.</summary>
internal static class WallEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var walls = routes.MapGroup("").WithTags("walls");
        walls.MapGet("/walls", [return: ConfigurationSchema("wall", IsList = true)] (IControlledMedium medium) =>
            new JsonArray([.. medium.CurrentMedium.Walls.Select(MediumWriter.ToJson)]))
            .Describe("getWalls", "What computed links lose in, beside the propagation model.");
        walls.MapGet("/walls/{name}", [return: ConfigurationSchema("wall")] (string name, IControlledMedium medium) =>
            MediumWriter.ToJson(Find(medium, name)))
            .Describe("getWall", "A wall.")
            .Refuses(404, "no wall is called so");
        walls.MapPut("/walls/{name}", SetAsync)
            .Describe("setWall", "Gives a wall, in place of the one of this name.")
            .Refuses(409, "links are not computed from places, or there are as many walls as may be");
        walls.MapDelete("/walls/{name}", (string name, IControlledMedium medium) =>
            medium.ChangeSilentlyAsync(new RemoveWall(Find(medium, name).Name)))
            .Describe("removeWall", "Takes a wall back.")
            .Refuses(404, "no wall is called so");
    }

    [return: ConfigurationSchema("wall")]
    private static async Task<JsonObject> SetAsync(string name, [ConfigurationSchema("wallChange")] RequestBody body, IControlledMedium medium)
    {
        var wall = MediumText.ReadWall(body.With(("name", name)), RequestBody.Source);
        await medium.ChangeAsync(new SetWall(wall));
        return MediumWriter.ToJson(wall);
    }

    private static WallConfiguration Find(IControlledMedium medium, string name) =>
        NamedEntry.Find(medium.CurrentMedium.Walls, w => w.Name, name, "wall");
}
