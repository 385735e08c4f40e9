using ShmWifi.Lab;
using ShmWifi.Linux;

namespace ShmWifi.Perf.EndToEnd.Rings;

/// <summary>Runs the loops of <see cref="RingLoops"/>, each on its core, and takes the time.</summary>
internal static class RingMeasurement
{
    /// <summary>Measures.</summary>
    /// <exception cref="LabException">A frame was lost or damaged.</exception>
    public static async Task<long[]> RunAsync(RingTask task, Cores cores)
    {
        var loops = new RingLoops(task);
        long[] chunkNs = new long[task.Chunks];
        var second = loops.Second is null ? Task.CompletedTask : Cores.RunOn(cores.Second, () =>
        {
            for (int chunk = 0; chunk < chunkNs.Length; chunk++)
                loops.Second((ulong)chunk * task.Count);
        });
        var first = Cores.RunOn(cores.First, () =>
        {
            long before = MonotonicClock.NowNs;
            for (int chunk = 0; chunk < chunkNs.Length; chunk++)
            {
                loops.First((ulong)chunk * task.Count);
                long now = MonotonicClock.NowNs;
                chunkNs[chunk] = now - before;
                before = now;
            }
        });
        await await Task.WhenAny(first, second); // one that fails leaves the other waiting forever, in memory that therefore stays
        await Task.WhenAll(first, second);
        loops.Dispose();
        return chunkNs;
    }
}
