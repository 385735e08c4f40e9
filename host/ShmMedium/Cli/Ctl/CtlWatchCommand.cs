using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ShmWifi.Medium.Cli.Ctl;

/// <summary><c>ctl watch</c>: prints changes as they happen, and the counters each second.</summary>
internal sealed class CtlWatchCommand : Command
{
    private static readonly JsonSerializerOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly CtlSession _session;

    /// <summary>Makes the command.</summary>
    public CtlWatchCommand(CtlSession session)
        : base("watch", "Prints each change of the air as it happens, and each second what was sent and heard, until SIGINT.")
    {
        _session = session;
        SetAction(RunAsync);
    }

    private Task<int> RunAsync(ParseResult options, CancellationToken cancellation) => _session.RunAsync(options, async client =>
    {
        TextWriter output = options.InvocationConfiguration.Output;
        bool json = _session.WantsJson(options);
        try
        {
            await foreach (string line in client.ReadLinesAsync("watch", cancellation))
            {
                await output.WriteLineAsync(json ? line : Readable(JsonNode.Parse(line)!.AsObject()));
                await output.FlushAsync(cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        throw new CtlException("the daemon ended");
    });

    private static string Readable(JsonObject line)
    {
        string time = DateTimeOffset.Parse(line["time"]!.ToString(), CultureInfo.InvariantCulture).ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        return line["event"]!.ToString() switch
        {
            "change" => $"{time} {line["change"]!.ToJsonString(s_compact)}",
            "counters" => $"{time} {line["counters"]!["frames"]} frames, {line["counters"]!["delivered"]} delivered, {line["counters"]!["dropped"]} dropped",
            _ => $"{time} {line["count"]} events lost: this client is too slow",
        };
    }
}
