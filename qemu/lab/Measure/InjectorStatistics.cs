using System.Text.Json;
using System.Text.Json.Serialization;
using ShmWifi.Lab.Guest;

namespace ShmWifi.Lab.Measure;

/// <summary>What a guest's shm-injector prints on SIGUSR1; only what is measured by.</summary>
/// <param name="Clock">The host's clock as it knows it; null as long as it does not.</param>
internal sealed record InjectorStatistics(InjectorCounters Counters, InjectorClock? Clock = null)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Has the injector print its statistics, and reads them.</summary>
    /// <param name="guest">Of a VM with radios on the lab's medium.</param>
    /// <exception cref="LabException">It prints none within 30 s.</exception>
    public static async Task<InjectorStatistics> TakeAsync(GuestExecutor guest, CancellationToken cancellation) => Read(await guest.RunAsync(
        "reading shm-injector's statistics",
        """
        log=/run/shm-injector.log
        lines=$(grep -c '^{' $log)
        kill -USR1 $(pidof shm-injector) || exit 1
        until [ $(grep -c '^{' $log) -gt $lines ]; do usleep 20000; done
        grep '^{' $log | tail -n 1
        """,
        Limit,
        cancellation));

    /// <summary>Reads the line.</summary>
    /// <exception cref="LabException">It is no such object.</exception>
    internal static InjectorStatistics Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, InjectorStatisticsJson.Default.InjectorStatistics)
                ?? throw new LabException($"not shm-injector's statistics: {json}");
        }
        catch (JsonException exception)
        {
            throw new LabException($"not shm-injector's statistics: {exception.Message}\n{json}");
        }
    }
}

/// <summary>Counters of an injector.</summary>
/// <param name="TxFrames">Frames taken from hwsim.</param>
/// <param name="TxDropped">Frames from hwsim that the ring had no room for.</param>
/// <param name="RxFrames">Frames given to hwsim.</param>
/// <param name="AllocatedBytes">Managed heap that moving frames took.</param>
/// <param name="StatusRefused">TX statuses that came after hwsim had given the frame up: its queue holds 200 unanswered frames.</param>
internal sealed record InjectorCounters(
    long TxFrames,
    long TxDropped,
    long RxFrames,
    long Doorbells,
    long SystemCalls,
    long AllocatedBytes,
    long StatusRefused);

/// <summary>An injector's estimate of the host's clock.</summary>
/// <param name="OffsetNs">Host's CLOCK_MONOTONIC minus the guest's.</param>
/// <param name="ErrorNs">The offset is wrong by this much at most.</param>
internal sealed record InjectorClock(long OffsetNs, long ErrorNs);

/// <summary>Serialisation of <see cref="InjectorStatistics"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(InjectorStatistics))]
internal sealed partial class InjectorStatisticsJson : JsonSerializerContext;
