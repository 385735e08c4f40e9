using System.CommandLine;
using System.Text.Json.Nodes;

namespace ShmWifi.ShmMedium.Cli.Ctl;

/// <summary><c>ctl set fault</c>: orders a fault.</summary>
internal static class CtlSetFaultCommand
{
    /// <summary>Options that say which frames, and the key of each.</summary>
    private static readonly (string Option, string Key, string Description)[] s_match =
    [
        ("--from", "from", "Who sends: a VM, VM/radio, an address, or *."),
        ("--to", "to", "Who receives."),
        ("--addr1", "addr1", "Address 1, the receiver's."),
        ("--addr2", "addr2", "Address 2, the transmitter's."),
        ("--ssid", "ssid", "SSID of a beacon, probe or (re)association request."),
    ];

    /// <summary>The command.</summary>
    public static Command Create(CtlSession session)
    {
        var name = new Argument<string>("NAME") { Description = "Names it; one of this name is replaced." };
        var more = new Argument<string?>("MAPPING")
        {
            Description = "All of it as in the configuration, such as '{match: {frame: eapol}, action: drop}'.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var frame = new Option<string[]>("--frame")
        {
            Description = "Kinds of frames: management, control, data, beacon, eapol, eapol3 and so on.",
            AllowMultipleArgumentsPerToken = true
        };
        (Option<string?> Option, string Key)[] match =
            [.. s_match.Select(m => (new Option<string?>(m.Option) { Description = m.Description }, m.Key))];
        var drop = new Option<bool>("--drop") { Description = "The receiver does not receive them." };
        var delay = new Option<string?>("--delay") { Description = "They come later, such as 50ms." };
        var duplicate = new Option<string?>("--duplicate") { Description = "They come so many times more." };
        var corrupt = new Option<string?>("--corrupt") { Description = "So many of their bits are flipped." };
        var probability = new Option<string?>("--probability") { Description = "Only so many of them, 0 to 1." };
        var count = new Option<string?>("--count") { Description = "Only the first so many." };
        var command = new Command("fault", "Orders a fault: which frames, and what happens to them.") { name, more, frame, drop, delay, duplicate,
            corrupt, probability, count };
        foreach ((var option, _) in match)
            command.Add(option);
        command.Validators.Add(result =>
        {
            int actions = new Option[] { drop, delay, duplicate, corrupt }.Count(o => result.GetResult(o) is { Implicit: false });
            if (actions > 1)
                result.AddError("a fault does one thing: give one of --drop, --delay, --duplicate and --corrupt");
        });
        command.SetAction((options, cancellation) =>
        {
            var body = new JsonObject();
            var matched = new JsonObject();
            if (options.GetValue(frame) is { Length: > 0 } kinds)
                matched["frame"] = new JsonArray([.. kinds.Select(k => JsonValue.Create(k))]);
            foreach ((var option, string key) in match)
            {
                if (options.GetValue(option) is { } text)
                    matched[key] = text;
            }
            if (matched.Count != 0)
                body["match"] = matched;
            if (options.GetValue(drop))
                body["action"] = "drop";
            foreach ((var option, string key) in new[] { (delay, "delay"), (duplicate, "duplicate"), (corrupt, "corrupt") })
            {
                if (options.GetValue(option) is { } text)
                    body["action"] = new JsonObject { [key] = CtlSetCommands.NumberOrText(text) };
            }
            foreach ((var option, string key) in new[] { (probability, "probability"), (count, "count") })
            {
                if (options.GetValue(option) is { } text)
                    body[key] = CtlSetCommands.NumberOrText(text);
            }
            return session.ChangeAsync(
                options, HttpMethod.Put, ControlClient.PathOf("faults", options.GetRequiredValue(name)), CtlSetCommands.Merge(options.GetValue(more),
                    body), cancellation);
        });
        return command;
    }
}
