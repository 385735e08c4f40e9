using System.Text.Json;
using ShmWifi.Configuration;
using ShmWifi.Medium.Telemetry;

namespace ShmWifi.Medium.Control;

internal sealed partial class ControlApi
{
    private Route[] DaemonRoutes() =>
    [
        new("GET", "/v1/configuration", "getConfiguration", "The configuration file that starts a daemon with the air as it is now.", async _ =>
            new ControlResponse(200, ControlResponse.YamlType, MediumWriter.ToYaml(_configuration with { Air = await _air.SnapshotAirAsync() })))
        {
            Result = new RouteResult(200, ControlResponse.YamlType, null, false),
        },
        new("GET", "/v1/status", "getStatus", "What the daemon has done so far, as --stats writes it.", _ =>
            Answer(JsonSerializer.SerializeToNode(_snapshot() with { Collector = CollectorSnapshot.Take() }, SnapshotJson.Default.MediumSnapshot)))
        {
            Result = RouteResult.Json("status"),
        },
        new("GET", "/v1/watch", "watch", "Each change as it happens, and each second the counters: one JSON object a line, until the client goes.", _ =>
            Task.FromResult(new ControlResponse(200, ControlResponse.JsonLinesType) { Stream = new AirWatch(_air, _snapshot).WriteAsync }))
        {
            Result = new RouteResult(200, ControlResponse.JsonLinesType, "event", false),
            IsStream = true,
        },
    ];
}
