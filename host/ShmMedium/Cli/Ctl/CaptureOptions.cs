using System.CommandLine;
using System.Text.Json.Nodes;

namespace ShmWifi.ShmMedium.Cli.Ctl;

/// <summary>The options that say which frames a capture has.</summary>
internal sealed class CaptureOptions
{
    private readonly Option<string?> _radio = new("--radio")
    {
        Description = "Only frames that it sends, and that are for it: a VM (sta1), VM and radio (sta1/phy0), or an address.",
    };

    private readonly Option<string?> _view = new("--view")
    {
        Description = "medium (default: a frame as it was on the medium) or receiver (as each radio received it).",
    };

    private readonly Option<string?> _lost = new("--lost")
    {
        Description = "true or false: frames, too, that were not received. Default: true on the medium, false at receivers.",
    };

    private readonly Option<bool> _controlFrames = new("--control-frames")
    {
        Description = "Each attempt of a frame, and RTS, CTS, ACK and BlockAck, while timing is airtime.",
    };

    /// <summary>All of them.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_radio, _view, _lost, _controlFrames])
            command.Add(option);
    }

    /// <summary>Those that are given, with the configuration's keys; the daemon says what is wrong with them.</summary>
    public JsonObject Read(ParseResult options)
    {
        var keys = new JsonObject();
        foreach ((string key, var option) in (ReadOnlySpan<(string, Option<string?>)>)[("radio", _radio), ("view", _view), ("lost", _lost)])
        {
            if (options.GetValue(option) is { } value)
                keys[key] = value;
        }
        if (options.GetValue(_controlFrames))
            keys["controlFrames"] = "true";
        return keys;
    }

    /// <summary>The path of the frames as they pass.</summary>
    public static string LivePath(JsonObject selection)
    {
        string[] query = [.. selection.Select(key => $"{key.Key}={Uri.EscapeDataString(key.Value!.ToString())}")];
        return query.Length == 0 ? "live" : $"live?{string.Join('&', query)}";
    }
}
