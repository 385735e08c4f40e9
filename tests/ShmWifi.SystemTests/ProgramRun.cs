using System.Diagnostics;
using System.Text;

namespace ShmWifi.SystemTests;

/// <summary>Runs our programs as a user does, and keeps what they print.</summary>
internal static class ProgramRun
{
    /// <summary>Runs a command of shmwifi-lab to its end; its lines go to the test's output as they come.</summary>
    public static (int ExitCode, string Output) Lab(TimeSpan limit, params string[] arguments) => ToEnd("shmwifi-lab.dll", limit, arguments);

    /// <summary>Runs shmwifi-demo to its end; likewise.</summary>
    public static (int ExitCode, string Output) Demo(TimeSpan limit, params string[] arguments) => ToEnd("shmwifi-demo.dll", limit, arguments);

    /// <summary>Runs shmwifi-bench to its end; likewise.</summary>
    public static (int ExitCode, string Output) Bench(TimeSpan limit, params string[] arguments) => ToEnd("shmwifi-bench.dll", limit, arguments);

    /// <summary>Runs shmwifi-scenarios to its end; likewise.</summary>
    public static (int ExitCode, string Output) Scenarios(TimeSpan limit, params string[] arguments) => ToEnd("shmwifi-scenarios.dll", limit, arguments);

    private static (int ExitCode, string Output) ToEnd(string assembly, TimeSpan limit, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(output, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(limit))
        {
            process.Kill(); // its VMs and daemons go with it
            process.WaitForExit();
            Assert.Fail($"'{string.Join(' ', arguments)}' ran longer than {limit}:\n{output}");
        }

        process.WaitForExit();
        return (process.ExitCode, output.ToString());
    }

    private static void Keep(StringBuilder output, string? line)
    {
        if (line == null)
            return;
        lock (output)
            output.AppendLine(line);
        TestContext.Progress.WriteLine(line);
    }
}
