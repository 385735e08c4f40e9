using System.Diagnostics;
using ShmWifi.Lab.Measure;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>How much of a core processes use, all together.</summary>
/// <param name="readTime">Reads the CPU time that they have used.</param>
internal sealed class CpuMeter(Func<Task<TimeSpan>> readTime)
{
    private TimeSpan _before;
    private long _started;

    /// <summary>Of a core, from start to stop, in percent.</summary>
    public double Percent { get; private set; }

    /// <summary>CPU time that was used from start to stop.</summary>
    public TimeSpan Used { get; private set; }

    /// <summary>Of processes of this machine, which live until it is stopped.</summary>
    public static CpuMeter Of(params IReadOnlyList<int> processes) => new(async () =>
    {
        string[] stats = await Task.WhenAll(processes.Select(process => File.ReadAllTextAsync($"/proc/{process}/stat")));
        return stats.Select(ProcessTimes.Read).Aggregate((one, other) => one + other);
    });

    /// <summary>Starts.</summary>
    public async Task StartAsync()
    {
        _before = await readTime();
        _started = Stopwatch.GetTimestamp();
    }

    /// <summary>Stops.</summary>
    public async Task StopAsync()
    {
        Used = await readTime() - _before;
        Percent = 100 * (Used / Stopwatch.GetElapsedTime(_started));
    }
}
