using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ShmWifi.Configuration.Air;
using ShmWifi.Medium.Telemetry;

namespace ShmWifi.Medium.Control;

/// <summary>Tells one client what happens: each change of the air, and each second the counters.</summary>
/// <param name="air">What changes.</param>
/// <param name="snapshot">The counters.</param>
/// <remarks>A client that reads too slowly loses events of its own, and is told how many.</remarks>
internal sealed class AirWatch(IControlledAir air, Func<MediumSnapshot> snapshot)
{
    private const int Backlog = 4096; // events: some seconds of a thousand changes each
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Channel<(DateTimeOffset Time, AirChange? Change)> _events =
        Channel.CreateBounded<(DateTimeOffset, AirChange?)>(new BoundedChannelOptions(Backlog) { SingleReader = true });

    private long _lost;

    /// <summary>Writes until the client has gone or the daemon goes.</summary>
    public async Task WriteAsync(PipeWriter output, CancellationToken ended)
    {
        using IDisposable changes = air.Watch(Add);
        await using var clock = new Timer(_ => Add(change: null), null, TimeSpan.Zero, s_interval);
        await foreach ((DateTimeOffset time, AirChange? change) in _events.Reader.ReadAllAsync(ended))
        {
            long lost = Interlocked.Exchange(ref _lost, 0);
            if (lost != 0)
                Write(output, "lost", time, "count", lost);
            if (change is null)
                Write(output, "counters", time, "counters", JsonSerializer.SerializeToNode(snapshot().Medium, SnapshotJson.Default.MediumTotals));
            else
                Write(output, "change", time, "change", AirWriter.ToJson(change));
            if ((await output.FlushAsync(ended)).IsCompleted)
                return;
        }
    }

    private void Add(AirChange? change)
    {
        if (!_events.Writer.TryWrite((DateTimeOffset.UtcNow, change)))
            Interlocked.Increment(ref _lost);
    }

    private static void Write(PipeWriter output, string kind, DateTimeOffset time, string key, JsonNode? value) =>
        output.Write(Encoding.UTF8.GetBytes(new JsonObject { ["event"] = kind, ["time"] = time, [key] = value }.ToJsonString() + "\n"));
}
