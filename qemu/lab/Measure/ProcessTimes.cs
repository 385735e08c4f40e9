namespace ShmWifi.Lab.Measure;

/// <summary>CPU time of a process.</summary>
internal static class ProcessTimes
{
    private const double TicksASecond = 100; // USER_HZ of every x86-64 and aarch64 kernel

    /// <summary>User and system time of all its threads.</summary>
    /// <param name="stat">/proc/PID/stat; fields 14 and 15 are meant (proc(5)).</param>
    public static TimeSpan Read(string stat)
    {
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // from field 3 on; the name may hold spaces
        return TimeSpan.FromSeconds((long.Parse(fields[11]) + long.Parse(fields[12])) / TicksASecond);
    }
}
