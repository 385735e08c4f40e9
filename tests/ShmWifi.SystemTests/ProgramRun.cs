using System.Diagnostics;
using System.Text;

namespace ShmWifi.SystemTests;

/// <summary>Runs shmwifi-lab as a user does, and keeps what it prints.</summary>
internal static class LabCommand
{
    /// <summary>Runs a command to its end; its lines go to the test's output as they come.</summary>
    public static (int ExitCode, string Output) Run(TimeSpan limit, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly, .. arguments])
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
            process.Kill(); // its VMs go with it
            process.WaitForExit();
            Assert.Fail($"'{string.Join(' ', arguments)}' ran longer than {limit}:\n{output}");
        }

        process.WaitForExit();
        return (process.ExitCode, output.ToString());
    }

    private static string Assembly { get; } =
        typeof(Lab.LabException).Assembly.Location;

    private static void Keep(StringBuilder output, string? line)
    {
        if (line == null)
            return;
        lock (output)
            output.AppendLine(line);
        TestContext.Progress.WriteLine(line);
    }
}
