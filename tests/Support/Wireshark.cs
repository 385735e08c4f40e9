using System.Diagnostics;
using ShmWifi.Lab;

namespace ShmWifi.Tests.Support;

/// <summary>Wireshark's tools, run on a capture file.</summary>
internal static class Wireshark
{
    /// <summary>One line a frame of the named fields, tab-separated; flags as 0 and 1, which tshark 4.2 and later tell in words.</summary>
    public static string[] Fields(string file, params ReadOnlySpan<string> fields)
    {
        var arguments = new List<string> { "-r", file, "-T", "fields" };
        foreach (string field in fields) arguments.AddRange(["-e", field]);
        return [.. Run("tshark", arguments).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => string.Join('\t', line.Split('\t').Select(value => value switch { "True" => "1", "False" => "0", _ => value })))];
    }

    /// <summary>Runs a tool to its end.</summary>
    /// <exception cref="LabException">It failed, or complained.</exception>
    public static string Run(string tool, IEnumerable<string> arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(tool, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string complaints = string.Join('\n',
            errors.Result.Split('\n').Where(line => line.Length > 0 && !line.StartsWith("Running as user", StringComparison.Ordinal)));

        return complaints.Length == 0 && process.ExitCode == 0
            ? output
            : throw new LabException($"{tool} ended with {process.ExitCode}: {complaints}");
    }
}
