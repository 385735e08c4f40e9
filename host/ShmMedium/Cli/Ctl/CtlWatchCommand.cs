using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ShmWifi.ShmMedium.Control;

namespace ShmWifi.ShmMedium.Cli.Ctl;

/// <summary><c>ctl watch</c>: prints changes as they happen, and the counters each second.</summary>
internal sealed class CtlWatchCommand : Command
{
    private static readonly JsonSerializerOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly CtlSession _session;

    /// <summary>Makes the command.</summary>
    public CtlWatchCommand(CtlSession session)
        : base("watch", "Prints each change of the medium as it happens, and each second what was sent and received, until SIGINT.")
    {
        _session = session;
        SetAction(RunAsync);
    }

    private Task<int> RunAsync(ParseResult options, CancellationToken cancellation) => _session.RunAsync(options, async client =>
    {
        var output = options.InvocationConfiguration.Output;
        bool json = _session.WantsJson(options);
        try
        {
            await foreach (string line in client.ReadLinesAsync("watch", cancellation))
            {
                await output.WriteLineAsync(json ? line : Readable(JsonSerializer.Deserialize(line, ControlJson.Default.WatchEvent)!));
                await output.FlushAsync(cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        throw new CtlException("the daemon ended");
    });

    private static string Readable(WatchEvent line)
    {
        string time = line.Time.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        return line switch
        {
            { Change: { } change } => $"{time} {change.ToJsonString(s_compact)}",
            { Counters: { } counters } => $"{time} {counters.Frames} frames, {counters.Delivered} delivered, {counters.Dropped} dropped",
            _ => $"{time} {line.Count} events lost: this client is too slow",
        };
    }
}
