namespace ShmWifi.Tests.Support;

/// <summary>What code allocates once it is warm.</summary>
public static class Allocations
{
    /// <summary>
    /// Bytes that <paramref name="action"/> allocates on the calling thread when it runs for the second time. The first run is for what the runtime
    /// allocates at a first call (statics, types), wherever in <paramref name="action"/> it is.
    /// </summary>
    public static long OfWarm(Action action)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
