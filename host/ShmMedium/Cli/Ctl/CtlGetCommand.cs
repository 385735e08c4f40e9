using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Cli.Ctl;

/// <summary><c>ctl get</c>: prints a resource of the API.</summary>
internal sealed class CtlGetCommand : Command
{
    private static readonly Dictionary<string, string> s_plurals = new(StringComparer.Ordinal)
    {
        ["radio"] = "radios",
        ["link"] = "links",
        ["fault"] = "faults",
        ["wall"] = "walls",
        ["jammer"] = "jammers",
        ["capture"] = "captures",
        ["error-table"] = "errorTable",
    };

    private readonly CtlSession _session;
    private readonly Argument<string[]> _path = new("PATH")
    {
        Description = "medium (default), radios [RADIO], links [FROM TO], faults [NAME], jammers [NAME], walls [NAME], captures [NAME], timing, "
            + "seed, propagation, fading, errorTable, schedule, status, configuration, openapi.json.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly (Option<string?> Option, string Parameter)[] _query =
    [
        (new("--freq-mhz", "--freq") { Description = "Of links: on which frequency." }, "freqMhz"),
        (new("--rate") { Description = "Of links: packet error rate for this rate, such as 'ht 7'." }, "rate"),
        (new("--octets") { Description = "Of links: packet error rate for this length." }, "octets"),
    ];

    /// <summary>Makes the command.</summary>
    public CtlGetCommand(CtlSession session)
        : base("get", "Prints what the medium is like now.")
    {
        _session = session;
        Add(_path);
        foreach ((var option, _) in _query)
            Add(option);
        SetAction(RunAsync);
    }

    private Task<int> RunAsync(ParseResult options, CancellationToken cancellation) => _session.RunAsync(options, async client =>
    {
        string[] words = options.GetValue(_path) is { Length: > 0 } given ? given : ["medium"];
        if (words is [var path])
            words = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 0 && s_plurals.TryGetValue(words[0], out string? plural))
            words[0] = plural;
        if (words is ["air", ..]) // for one version: "get air" is "get medium"
        {
            await _session.WarnOldNameAsync(options, "get air", "get medium");
            words[0] = "medium";
        }
        string answer = await client.SendAsync(HttpMethod.Get, ControlClient.PathOf(words) + QueryOf(options), body: null, cancellation);
        var output = options.InvocationConfiguration.Output;
        if (_session.WantsJson(options) || !TryParse(answer, out var json))
            await output.WriteAsync(answer);
        else if (words is ["links"] && json is JsonArray { Count: 0 })
            await output.WriteLineAsync(await NoneGivenAsync(client, cancellation));
        else
            ReadableJson.Write(output, json);
        return 0;
    });

    /// <summary>What links are where none is given.</summary>
    private static async Task<string> NoneGivenAsync(ControlClient client, CancellationToken cancellation)
    {
        var propagation = MediumText.ReadPropagation(await client.SendAsync(HttpMethod.Get, "propagation", body: null, cancellation), "propagation");
        var fading = MediumText.ReadFading(await client.SendAsync(HttpMethod.Get, "fading", body: null, cancellation), "fading");
        string links = propagation is null ? "perfect" : $"computed: {propagation.ToWords()}";
        return $"none is given; links are {links}{(fading is null ? "" : $"; fading {fading.ToWords()}")}";
    }

    private string QueryOf(ParseResult options)
    {
        string[] given = [.. _query.Where(q => options.GetValue(q.Option) is not null)
            .Select(q => $"{q.Parameter}={Uri.EscapeDataString(options.GetValue(q.Option)!)}")];
        return given.Length == 0 ? "" : $"?{string.Join('&', given)}";
    }

    /// <summary>The configuration is YAML.</summary>
    private static bool TryParse(string answer, out JsonNode? json)
    {
        try
        {
            json = JsonNode.Parse(answer);
            return true;
        }
        catch (JsonException)
        {
            json = null;
            return false;
        }
    }
}
