using System.Globalization;
using ShmWifi.Lab.Guest;

namespace ShmWifi.Lab.Measure;

/// <summary>What a guest's kernel module tells while it moves the frames itself; only what is measured by.</summary>
/// <param name="Counters">Since the kernel path was taken.</param>
/// <param name="ClockOffsetNs">Host's CLOCK_MONOTONIC minus the guest's; null as long as the module does not know it.</param>
internal sealed record ModuleStatistics(ModuleCounters Counters, long? ClockOffsetNs)
{
    /// <summary>Where a guest has it; a line "name value" each, in decimal.</summary>
    public const string Files = "/sys/kernel/debug/shmwifi/*/statistics";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Reads them in a guest.</summary>
    /// <param name="guest">Of a VM of the kernel path.</param>
    /// <exception cref="LabException">The guest has none, so that its module's datapath is not "kernel".</exception>
    public static async Task<ModuleStatistics> TakeAsync(GuestExecutor guest, CancellationToken cancellation) =>
        Read(await guest.RunAsync("reading the module's statistics", $"cat {Files}", Limit, cancellation));

    /// <summary>Reads the file.</summary>
    /// <param name="text">What it holds; names that are not known here are passed over.</param>
    /// <exception cref="LabException">A line is no name with a number, or a counter is missing.</exception>
    internal static ModuleStatistics Read(string text)
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ') is not [var name, var number]
                || !long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
                throw new LabException($"{Files}: '{line}' is not a name and a number");
            values[name] = value;
        }

        var counters = new ModuleCounters(
            Value("tx_frames"), Value("tx_dropped"), Value("rx_frames"), Value("rx_refused"), Value("rx_invalid"),
            Value("doorbells"), Value("interrupts"), Value("polls"), Value("status_dropped"));
        return new ModuleStatistics(counters, Value("clock_error_ns") == 0 ? null : Value("clock_offset_ns"));

        long Value(string name) => values.TryGetValue(name, out long value) ? value : throw new LabException($"{Files} has no '{name}':\n{text}");
    }
}

/// <summary>Counters of the module on the kernel path.</summary>
/// <param name="TxFrames">Frames taken from hwsim.</param>
/// <param name="TxDropped">Frames from hwsim that the ring had no room for.</param>
/// <param name="RxFrames">Frames given to hwsim.</param>
/// <param name="RxRefused">Frames that hwsim had no buffer for.</param>
/// <param name="RxInvalid">Descriptors that break the rules.</param>
/// <param name="Interrupts">The host's doorbells that came.</param>
/// <param name="StatusDropped">TX statuses that hwsim had no buffer for.</param>
internal sealed record ModuleCounters(
    long TxFrames,
    long TxDropped,
    long RxFrames,
    long RxRefused,
    long RxInvalid,
    long Doorbells,
    long Interrupts,
    long Polls,
    long StatusDropped);
