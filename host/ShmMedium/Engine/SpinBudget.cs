namespace ShmWifi.ShmMedium.Engine;

/// <summary>How long the engine looks for more work before it sleeps.</summary>
/// <param name="FixedNs">Nanoseconds; 0: sleep at once; negative: adapt.</param>
internal readonly record struct SpinBudget(long FixedNs)
{
    private static readonly int Cores = Environment.ProcessorCount;
    private const long AdaptiveNs = 50_000; // about what waking by eventfd costs (measured: p50 60 µs)

    /// <summary>Polls only while a core is left over beside the VMs' and the machine's own.</summary>
    public static SpinBudget Auto => new(-1);

    /// <summary>Nanoseconds to look for work after the last was done.</summary>
    /// <param name="vms">VMs attached: each wants a core.</param>
    public long SpinNs(int vms) => FixedNs >= 0 ? FixedNs : Cores > vms + 1 ? AdaptiveNs : 0;
}
