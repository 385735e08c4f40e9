using System.Diagnostics;

namespace ShmWifi.Lab.Processes;

/// <summary>A short command that runs to its end.</summary>
internal static class HostCommand
{
    /// <summary>Runs it.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <returns>What it wrote to standard output and to standard error.</returns>
    /// <exception cref="LabException">It cannot be started, or it failed.</exception>
    public static (string Output, string Error) Run(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        };
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0
                ? (output, error.Result)
                : throw new LabException($"'{string.Join(' ', command)}' failed with exit code {process.ExitCode}: {error.Result}{output}".TrimEnd());
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new LabException($"cannot run '{command[0]}': {exception.Message}. Run './shmwifi setup' for the tools that are missing.");
        }
    }
}
