namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

public sealed class SchedulingTests
{
    private const int SchedFifo = 1;

    [TestCase("normal", 0)]
    [TestCase("realtime", SchedFifo)]
    public void TheEngineThreadIsRealtimeOrTheDaemonSaysWhyNot(string scheduling, int policy)
    {
        string folder = Directory.CreateTempSubdirectory("shmwifi-scheduling").FullName;
        string configuration = Path.Combine(folder, "medium.yaml");
        File.WriteAllText(configuration, $"socket: any.sock\nscheduling: {scheduling}\n");
        using (var medium = MediumProcess.Start("--config", configuration))
        {
            Deadline.Until(
                () => PolicyOfEngine(medium.Id) == policy
                    || medium.Error.Contains("realtime has no effect"), "the scheduling class, or why it is not available");
            if (scheduling == "normal")
                Assert.That(medium.Error, Does.Not.Contain("realtime"));
        }
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Field 41 of /proc/PID/task/TID/stat, proc_pid_stat(5).</summary>
    private static int PolicyOfEngine(int pid)
    {
        string task =
            Directory.EnumerateDirectories($"/proc/{pid}/task").First(t => File.ReadAllText(Path.Combine(t, "comm")).TrimEnd() == "medium-engine");
        string stat = File.ReadAllText(Path.Combine(task, "stat"));
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[41 - 3]);
    }
}
