using System.Diagnostics;
using ShmWifi.Lab.Measure;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>How much of a core a process uses.</summary>
/// <param name="readStat">Reads its /proc/PID/stat.</param>
internal sealed class CpuMeter(Func<Task<string>> readStat)
{
    private TimeSpan _before;
    private long _started;

    /// <summary>Of a core, from start to stop, in percent.</summary>
    public double Percent { get; private set; }

    /// <summary>Of a process of this machine.</summary>
    public static CpuMeter OfProcess(int process) => new(() => File.ReadAllTextAsync($"/proc/{process}/stat"));

    /// <summary>Starts.</summary>
    public async Task StartAsync()
    {
        _before = ProcessTimes.Read(await readStat());
        _started = Stopwatch.GetTimestamp();
    }

    /// <summary>Stops.</summary>
    public async Task StopAsync()
    {
        var used = ProcessTimes.Read(await readStat()) - _before;
        Percent = 100 * (used / Stopwatch.GetElapsedTime(_started));
    }
}
