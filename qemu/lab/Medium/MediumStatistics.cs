using System.Text.Json;
using System.Text.Json.Serialization;

namespace ShmWifi.Lab.Medium;

/// <summary>The file that <c>shm-medium run --stats</c> writes; only what the lab uses.</summary>
internal sealed record MediumStatistics(MediumTotals Medium, IReadOnlyList<VmCounters> Vms, IReadOnlyList<LinkLatency> Latency)
{
    /// <summary>Reads the file.</summary>
    /// <param name="path">A whole file: the daemon replaces it atomically.</param>
    /// <exception cref="LabException">It is no such file.</exception>
    public static MediumStatistics Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), MediumStatisticsJson.Default.MediumStatistics)
                ?? throw new LabException($"{path}: null where the daemon's statistics are expected");
        }
        catch (JsonException exception)
        {
            throw new LabException($"{path}: not the daemon's statistics: {exception.Message}");
        }
    }
}

/// <summary>Totals of the medium since the daemon's start.</summary>
/// <param name="Delivered">Descriptors that were posted to receivers.</param>
/// <param name="Dropped">Deliveries that failed, for any reason.</param>
/// <param name="DoorbellsPerFrame">Doorbells that the daemon and the guests rang, by frame.</param>
/// <param name="PayloadBytesCopied">Bytes of payload that the daemon copied.</param>
/// <param name="AllocatedBytesPerFrame">Managed heap that the engine's loop took, by frame.</param>
/// <param name="Sleeps">Times the engine slept; each ended by a wake-up.</param>
internal sealed record MediumTotals(
    long? Frames, long? Delivered, long? Dropped, double? DoorbellsPerFrame, long? PayloadBytesCopied, double? AllocatedBytesPerFrame,
    long? Sleeps = null);

/// <summary>What is counted for a VM.</summary>
internal sealed record VmCounters(string Name, long Doorbells, long GuestDoorbells, long TxFrames, long RxFrames)
{
    /// <summary>"attached", "ready" or "faulted: reason".</summary>
    public string State { get; init; } = "";

    /// <summary>What moves its frames, as its port says: "user" or "kernel"; null while nothing does.</summary>
    public string? Path { get; init; }
}

/// <summary>One-way latency from the sender's kernel to the receiver's.</summary>
/// <param name="Hops">The parts of the way, in its order, each in microseconds.</param>
/// <param name="ClockErrorUs">How wrong the one-way figures may be: half of the clock exchange's round trip.</param>
internal sealed record LinkLatency(string From, string To, LatencyQuantiles Us, IReadOnlyDictionary<string, LatencyQuantiles>? Hops,
    double? ClockErrorUs);

/// <summary>Quantiles of a latency in microseconds.</summary>
/// <param name="P99">99 %.</param>
/// <param name="P999">99.9 %.</param>
internal sealed record LatencyQuantiles(double? P50, double? P99, double? P999, double? Max);

/// <summary>Serialisation of <see cref="MediumStatistics"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MediumStatistics))]
internal sealed partial class MediumStatisticsJson : JsonSerializerContext;
