using System.CommandLine;
using System.Text.Json.Nodes;
using ShmWifi.Configuration.Medium;

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
        (FaultActionKind Kind, Option Option)[] actions = [.. FaultAction.Kinds.Select(k => (k, OptionOf(k)))];
        var probability = new Option<string?>("--probability") { Description = "Only so many of them, 0 to 1." };
        var count = new Option<string?>("--count") { Description = "Only the first so many." };
        var command = new Command("fault", "Orders a fault: which frames, and what happens to them.") { name, more, frame };
        foreach (var option in (Option[])[.. actions.Select(a => a.Option), probability, count, .. match.Select(m => m.Option)])
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (actions.Count(a => result.GetResult(a.Option) is { Implicit: false }) > 1)
            {
                string[] names = [.. actions.Select(a => a.Option.Name)];
                result.AddError($"a fault does one thing: give one of {string.Join(", ", names[..^1])} and {names[^1]}");
            }
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
            foreach (var (kind, option) in actions)
            {
                if (option is Option<bool> word && options.GetValue(word))
                    body["action"] = kind.Key;
                if (option is Option<string?> value && options.GetValue(value) is { } text)
                    body["action"] = new JsonObject { [kind.Key] = CtlSetCommands.NumberOrText(text) };
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

    private static Option OptionOf(FaultActionKind kind) => kind.Example is null
        ? new Option<bool>($"--{kind.Key}") { Description = kind.Help }
        : new Option<string?>($"--{kind.Key}") { Description = kind.Help };
}
