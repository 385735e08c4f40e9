using System.Text.Json.Nodes;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration;

/// <summary>Writes a configuration with the keys of its file: what
/// <see cref="DaemonConfiguration.Parse"/> reads as the same, in whatever folder it is.</summary>
public static class DaemonWriter
{
    /// <summary>All of it.</summary>
    public static JsonObject ToJson(DaemonConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return With(MediumWriter.ToJson(configuration.Medium), configuration);
    }

    /// <summary>A file that starts the same daemon.</summary>
    public static string ToYaml(DaemonConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return YamlText.Of(With(MediumWriter.WithoutDefaults(MediumWriter.ToJson(configuration.Medium)), configuration));
    }

    private static JsonObject With(JsonObject medium, DaemonConfiguration c)
    {
        var json = new JsonObject { ["isolation"] = Array.Find(DaemonKeys.Isolations, i => i.Isolation == c.Isolation).Word };
        if (c.Socket is not null)
            json["socket"] = c.Socket;
        if (c.SocketGroup is not null)
            json["socketGroup"] = c.SocketGroup;
        if (c.Spoofing)
            json["spoofing"] = WordOf(c.Spoofing);
        json["polling"] = c.Polling.Mode switch
        {
            PollingMode.Fixed => (int)c.Polling.Spin.TotalMicroseconds,
            PollingMode.Off => "off",
            _ => "auto",
        };
        json["scheduling"] = Array.Find(DaemonKeys.Schedulings, s => s.Scheduling == c.Scheduling).Word;
        json["geometry"] = new JsonObject
        {
            ["ports"] = c.Geometry.Ports,
            ["txSlots"] = c.Geometry.TxSlots,
            ["rxDescriptors"] = c.Geometry.RxDescriptors,
            ["poolSlots"] = c.Geometry.PoolSlots,
        };
        if (c.Vms.Count > 0)
            json["vms"] = new JsonArray([.. c.Vms.Select(ToJson)]);
        if (c.Local)
            json["local"] = true;
        if (c.VirtualTime is { } time)
        {
            json["time"] = time.Factor is { } factor ? new JsonObject { [VirtualTimeConfiguration.Word] = factor } : VirtualTimeConfiguration.Word;
            json["timeTravel"] = time.Socket;
        }
        if (c.Capture is not null)
            json["capture"] = ToJson(c.Capture);
        json["log"] = new JsonObject { ["format"] = Array.Find(DaemonKeys.LogFormats, f => f.Format == c.Log.Format).Word };
        if (c.Log.File is not null)
            json["log"]!["file"] = c.Log.File;
        if (c.Control is null)
            json["control"] = ControlConfiguration.None;
        else if (c.Control != new ControlConfiguration(c.Control.Socket))
            json["control"] = WithoutNulls(("socket", c.Control.Socket), ("group", c.Control.Group), ("readers", c.Control.Readers));
        else if (c.Control.Socket is not null)
            json["control"] = c.Control.Socket;
        if (c.Metrics is { } metrics)
            json["metrics"] = metrics.ToString();
        if (c.Web is { } web)
            json["web"] = web.ToString();
        if (c.Trunk is { } trunk)
            json["trunk"] = ToJson(trunk);
        foreach (var (key, value) in medium)
            json[key] = value?.DeepClone();
        return json;
    }

    private static JsonObject ToJson(TrunkConfiguration trunk)
    {
        var json = WithoutNulls(("medium", trunk.Medium), ("host", trunk.Host), ("url", trunk.Url.OriginalString), ("credentials", trunk.Credentials),
            ("authorities", trunk.Authorities));
        json["firstVm"] = trunk.FirstVm;
        json["grace"] = Duration.ToText(trunk.Grace);
        json["staleAfter"] = Duration.ToText(trunk.StaleAfter);
        return json;
    }

    private static JsonObject ToJson(VmConfiguration vm)
    {
        string socket = vm.IsVhostUser ? "vhostUser" : "socket";
        var json = WithoutNulls(("name", vm.Name), (socket, vm.Socket), ("user", vm.Owner?.User), ("group", vm.Owner?.Group));
        json["radios"] = vm.MaxRadios;
        if (vm.Addresses.Count > 0)
            json["addresses"] = new JsonArray([.. vm.Addresses.Select(prefix => JsonValue.Create(prefix.ToString()))]);
        if (vm.Spoofing is { } spoofing)
            json["spoofing"] = WordOf(spoofing);
        return json;
    }

    private static string WordOf(bool spoofing) => Array.Find(DaemonKeys.Spoofing, s => s.IsAllowed == spoofing).Word;

    /// <summary>The value of <c>capture</c>.</summary>
    public static JsonObject ToJson(CaptureConfiguration capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        var json = new JsonObject { ["file"] = capture.File, ["fileSize"] = ByteSize.ToText(capture.FileSize), ["files"] = capture.Files };
        if (capture.Format != CaptureFormat.Pcapng)
            json["format"] = Array.Find(DaemonKeys.CaptureFormats, f => f.Format == capture.Format).Word;
        if (capture.Selection.Radio != RadioPattern.Any)
            json["radio"] = capture.Selection.Radio.ToString();
        if (capture.Selection.View != CaptureView.Medium)
            json["view"] = Array.Find(DaemonKeys.CaptureViews, v => v.View == capture.Selection.View).Word;
        if (capture.Selection.Lost is { } lost)
            json["lost"] = lost;
        if (capture.Selection.ControlFrames)
            json["controlFrames"] = true;
        if (capture.Group is { } group)
            json["group"] = group;
        if (capture.Duration is { } duration)
            json["duration"] = Duration.ToText(duration);
        return json;
    }

    private static JsonObject WithoutNulls(params (string Key, string? Value)[] values) =>
        new(values.Where(v => v.Value is not null).Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value)));
}
