using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.ShmMedium.Telemetry;

namespace ShmWifi.ShmMedium.Control;

/// <summary>What tells of the daemon as a whole: <c>/v1/configuration</c>, <c>/v1/status</c>, <c>/v1/watch</c>, <c>/v1/openapi.json</c>.</summary>
internal static class DaemonEndpoints
{
    private const string YamlType = "application/yaml"; // RFC 9512

    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var daemon = routes.MapGroup("").WithTags("daemon");
        daemon.MapGet("/configuration", async (IControlledMedium medium, DaemonConfiguration configuration) =>
                TypedResults.Text(DaemonWriter.ToYaml(configuration with { Medium = await medium.SnapshotMediumAsync() }), YamlType))
            .Describe("getConfiguration", "The configuration file that starts a daemon with the medium as it is now.")
            .Produces<string>(contentType: YamlType);
        daemon.MapGet("/status", (Func<MediumSnapshot> snapshot) => snapshot() with { Collector = CollectorSnapshot.Take() })
            .Describe("getStatus", "What the daemon has done so far, as --stats writes it.");
        daemon.MapGet("/watch", (IControlledMedium medium, Func<MediumSnapshot> snapshot, IHostApplicationLifetime lifetime) =>
                new MediumWatch(medium, snapshot, lifetime.ApplicationStopping))
            .Describe("watch", "Each change as it happens, and each second the counters: one JSON object a line, until the client goes.")
            .Produces<WatchEvent>(contentType: MediumWatch.ContentType);
        daemon.MapGet("/view", (IControlledMedium medium, ICaptures captures, Func<MediumSnapshot> snapshot, IHostApplicationLifetime lifetime) =>
                new MediumView(medium, captures, snapshot, lifetime.ApplicationStopping))
            .Describe("view", "What the map shows: radios, links, frames, airtime and counters as they change: one JSON object a line, until the "
                + "client goes.")
            .Produces<ViewLine>(contentType: MediumView.ContentType)
            .Refuses(409, "there are as many captures as may be");
        daemon.MapGet("/openapi.json", async () => TypedResults.Text(await ControlDescription.ReadAsync(), "application/json"))
            .Describe("describe", "This description.")
            .Produces<object>();
    }
}
