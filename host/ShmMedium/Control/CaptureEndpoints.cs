using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Capture;

namespace ShmWifi.ShmMedium.Control;

/// <summary><c>/v1/captures</c>, to files, and <c>/v1/live</c>, to the client.</summary>
internal static class CaptureEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var all = routes.MapGroup("").WithTags("captures");
        all.MapGet("/captures", (ICaptures captures) => captures.All)
            .Describe("getCaptures", "The captures to files, and what they have written.");
        all.MapGet("/captures/{name}", (string name, ICaptures captures) => Find(captures, name))
            .Describe("getCapture", "A capture.")
            .Refuses(404, "no capture is called so");
        all.MapPut("/captures/{name}", StartAsync)
            .Describe("startCapture", "Starts a capture; it ends with this engine of the daemon.")
            .Refuses(404, "it names a radio that is neither on the medium nor in the configuration")
            .Refuses(409, "a capture is called so or writes there, the file cannot be written, or there are as many as may be");
        all.MapDelete("/captures/{name}", StopAsync)
            .Describe("stopCapture", "Ends a capture that was started here; what passed before is in its files.")
            .Refuses(404, "no capture is called so")
            .Refuses(409, "it is the configuration's");
        all.MapGet("/live", Watch)
            .Describe("captureLive", "Frames as they pass, as pcapng with radiotap headers, until the client goes.")
            .Produces<byte[]>(contentType: CaptureStream.ContentType)
            .Refuses(409, "there are as many captures as may be");
    }

    private static async Task<CaptureSnapshot> StartAsync(string name, [ConfigurationSchema("capture")] RequestBody body, ICaptures captures,
        RadioNames names)
    {
        if (!IsName(name))
            throw new ControlException(400, $"'{name}' is no name", new FieldError("name", "allowed: 1 to 47 of A-Z a-z 0-9 _ . -"));
        var configuration = CaptureConfiguration.Parse(body.Text, RequestBody.Source);
        names.CheckKnown(("radio", configuration.Selection.Radio));
        if (await captures.StartAsync(name, configuration) is { } problem)
            throw new ControlException(409, problem);
        return Find(captures, name);
    }

    private static async Task<CaptureSnapshot> StopAsync(string name, ICaptures captures)
    {
        if (name == Captures.ConfiguredName && captures.All.Any(c => c.Name == name))
            throw new ControlException(409, "it is the configuration's 'capture', and ends with the daemon");
        return await captures.StopAsync(name) ?? Find(captures, name);
    }

    private static CaptureStream Watch(string? radio, string? view, string? lost, string? controlFrames, ICaptures captures, RadioNames names,
        IHostApplicationLifetime lifetime)
    {
        var keys = new JsonObject();
        foreach ((string key, string? value) in (ReadOnlySpan<(string, string?)>)
            [("radio", radio), ("view", view), ("lost", lost), ("controlFrames", controlFrames)])
        {
            if (value is not null)
                keys[key] = value;
        }
        var selection = CaptureSelection.Parse(keys.ToJsonString(), RequestBody.Source);
        names.CheckKnown(("radio", selection.Radio));
        return new CaptureStream(captures, selection, lifetime.ApplicationStopping);
    }

    private static CaptureSnapshot Find(ICaptures captures, string name) => NamedEntry.Find(captures.All, c => c.Name, name, "capture");

    private static bool IsName(string name) => RadioPattern.TryParse(name, out var pattern) && pattern.Vm == name;
}
