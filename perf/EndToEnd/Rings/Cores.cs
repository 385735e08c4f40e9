using ShmWifi.Lab;
using ShmWifi.Linux;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Perf.EndToEnd.Rings;

/// <summary>The two cores that a ring is measured on.</summary>
/// <param name="First">Number of one that this process may use.</param>
internal sealed unsafe record Cores(int First, int Second)
{
    private const int MaxCores = 1024; // glibc's cpu_set_t
    private const int WordBits = 64;

    /// <summary>The first two that this process may use.</summary>
    /// <exception cref="LabException">It may use one only.</exception>
    public static Cores Find()
    {
        var allowed = Allowed();
        return allowed.Count >= 2
            ? new Cores(allowed[0], allowed[1])
            : throw new LabException(
                "the group 'rings' measures two threads that spin, and this process may use one core only; give it two (taskset, cgroup)");
    }

    /// <summary>Numbers of those that this process may use.</summary>
    public static IReadOnlyList<int> Allowed()
    {
        ulong* mask = stackalloc ulong[MaxCores / WordBits];
        LibCException.ThrowIfFailed(sched_getaffinity(0, MaxCores / 8, (cpu_set_t*)mask), "sched_getaffinity");
        var allowed = new List<int>();
        for (int core = 0; core < MaxCores; core++)
        {
            if ((mask[core / WordBits] & (1UL << (core % WordBits))) != 0)
                allowed.Add(core);
        }
        return allowed;
    }

    /// <summary>Runs something on a thread of its own, which stays on a core.</summary>
    /// <param name="action">What runs; what it throws ends up in the task.</param>
    public static Task RunOn(int core, Action action)
    {
        var done = new TaskCompletionSource();
        new Thread(() =>
        {
            try
            {
                Pin(core);
                action();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        })
        { Name = $"core {core}", IsBackground = true }.Start();
        return done.Task;
    }

    private static void Pin(int core)
    {
        ulong* mask = stackalloc ulong[MaxCores / WordBits];
        new Span<ulong>(mask, MaxCores / WordBits).Clear();
        mask[core / WordBits] = 1UL << (core % WordBits);
        LibCException.ThrowIfFailed(sched_setaffinity(0, MaxCores / 8, (cpu_set_t*)mask), $"pin a thread to core {core}");
    }
}
