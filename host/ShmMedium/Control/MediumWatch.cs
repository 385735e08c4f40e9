using System.Buffers;
using System.ComponentModel;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Telemetry;

namespace ShmWifi.ShmMedium.Control;

/// <summary>Tells one client what happens: each change of the medium, and each second the counters, a JSON object a line.</summary>
/// <remarks>A client that reads too slowly loses events of its own, and is told how many.</remarks>
internal sealed class MediumWatch(IControlledMedium medium, Func<MediumSnapshot> snapshot, CancellationToken stopping) : IResult
{
    /// <summary>One JSON text a line.</summary>
    public const string ContentType = "application/x-ndjson";

    private const int Backlog = 4096; // events: some seconds of a thousand changes each
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Channel<(DateTimeOffset Time, MediumChange? Change)> _events =
        Channel.CreateBounded<(DateTimeOffset, MediumChange?)>(new BoundedChannelOptions(Backlog) { SingleReader = true });

    private long _lost;

    /// <summary>Writes until the client has gone or the daemon goes.</summary>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        httpContext.Response.ContentType = ContentType;
        try
        {
            await httpContext.Response.StartAsync(ended.Token);
            await WriteAsync(httpContext.Response.BodyWriter, ended.Token);
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    private async Task WriteAsync(PipeWriter output, CancellationToken ended)
    {
        using var changes = medium.Watch(Add);
        await using var clock = new Timer(_ => Add(change: null), null, TimeSpan.Zero, s_interval);
        await foreach ((var time, var change) in _events.Reader.ReadAllAsync(ended))
        {
            long lost = Interlocked.Exchange(ref _lost, 0);
            if (lost != 0)
                Write(output, new WatchEvent("lost", time) { Count = lost });
            Write(output, change is null
                ? new WatchEvent("counters", time) { Counters = snapshot().Medium }
                : new WatchEvent("change", time) { Change = MediumWriter.ToJson(change) });
            if ((await output.FlushAsync(ended)).IsCompleted)
                return;
        }
    }

    private void Add(MediumChange? change)
    {
        if (!_events.Writer.TryWrite((DateTimeOffset.UtcNow, change)))
            Interlocked.Increment(ref _lost);
    }

    private static void Write(PipeWriter output, WatchEvent line)
    {
        output.Write(JsonSerializer.SerializeToUtf8Bytes(line, ControlJson.Default.WatchEvent));
        output.Write("\n"u8);
    }
}

/// <summary>What <see cref="MediumWatch"/> writes.</summary>
[Description("A line of /v1/watch.")]
internal sealed record WatchEvent(
    [property: Description("change, counters or lost.")] string Event,
    DateTimeOffset Time)
{
    /// <summary>Of a change.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? Change { get; init; }

    /// <summary>Each second.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MediumTotals? Counters { get; init; }

    /// <summary>Events that were lost.</summary>
    [Description("Events that this client was too slow for.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Count { get; init; }
}
