using System.Text.Json.Nodes;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Air;
using ShmWifi.Medium.Telemetry;

namespace ShmWifi.Medium.Control;

/// <summary>What the control API can do: each method of each resource.</summary>
/// <remarks>Bodies are the configuration's: the same keys, values and errors. JSON is YAML, so either will do.</remarks>
internal sealed partial class ControlApi
{
    /// <summary>What errors call a request's body.</summary>
    public const string Source = "the body";

    private readonly IControlledAir _air;
    private readonly MediumConfiguration _configuration;
    private readonly Func<MediumSnapshot> _snapshot;

    /// <summary>An API of an air.</summary>
    /// <param name="air">What it reads and changes.</param>
    /// <param name="configuration">Of the daemon; its air is that of the start.</param>
    /// <param name="snapshot">What the daemon has done so far.</param>
    public ControlApi(IControlledAir air, MediumConfiguration configuration, Func<MediumSnapshot> snapshot)
    {
        _air = air;
        _configuration = configuration;
        _snapshot = snapshot;
        Routes = new RouteTable(
        [
            .. AirRoutes(),
            .. RadioRoutes(),
            .. LinkRoutes(),
            .. FaultRoutes(),
            .. ScheduleRoutes(),
            .. DaemonRoutes(),
            new Route("GET", RouteTable.DescriptionPath, "describe", "This description.", _ => Answer(OpenApiDocument.Describe(Routes!)))
            {
                Result = RouteResult.Json(null),
            },
        ]);
    }

    /// <summary>All of them.</summary>
    public RouteTable Routes { get; }

    private static Task<ControlResponse> Answer(JsonNode? body) => Task.FromResult(ControlResponse.Json(body));

    private async Task<ControlResponse> ApplyAsync(AirChange change)
    {
        await ChangeAsync(change);
        return ControlResponse.NoContent;
    }

    private async Task ChangeAsync(AirChange change)
    {
        if (AirLimits.Problem(change.ApplyTo(_air.CurrentAir)) is { } problem)
            throw new ControlException(409, problem);
        await _air.ApplyAsync(change);
    }

    /// <summary>A body in braces with the parameters of the path as its first keys; that the body has them, too, is an error that the reader tells.</summary>
    private static string WithKeys(string body, params ReadOnlySpan<(string Key, string Value)> keys)
    {
        string text = body.TrimStart();
        if (!text.StartsWith('{'))
            throw new ControlException(400, "the body is no object; it must be one in braces", new FieldError("", "is no object; it must be one in braces"));
        string first = "";
        foreach ((string key, string value) in keys)
            first += $"{key}: {JsonValue.Create(value).ToJsonString()}, ";
        return $"{{{first}{text[1..]}";
    }
}
