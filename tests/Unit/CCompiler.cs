using System.Diagnostics;
using System.Globalization;

namespace ShmWifi.Tests.Unit;

/// <summary>Asks the C compiler what C says: sizes, offsets, constants.</summary>
/// <remarks>gcc, or what CC names in the environment; EMULATOR runs what it compiles for another machine.</remarks>
internal static class CCompiler
{
    private static readonly string Compiler = Environment.GetEnvironmentVariable("CC") ?? "gcc";
    private static readonly string[] Emulator = Environment.GetEnvironmentVariable("EMULATOR")?.Split(' ') ?? [];

    /// <summary>Values of integer constant expressions.</summary>
    /// <param name="preamble">What stands before main: includes.</param>
    public static Dictionary<string, long> Evaluate(string preamble, IEnumerable<string> expressions)
    {
        string[] distinct = [.. expressions.Distinct()];
        var folder = Directory.CreateTempSubdirectory("shmwifi-c-");
        try
        {
            string source = Path.Combine(folder.FullName, "ask.c");
            string program = Path.Combine(folder.FullName, "ask");
            var prints = distinct.Select(expression => $"\tprintf(\"%lld\\n\", (long long)({expression}));");
            File.WriteAllText(source, $"{preamble}\n#include <stdio.h>\nint main(void)\n{{\n{string.Join('\n', prints)}\n\treturn 0;\n}}\n");
            _ = Run(Compiler, "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-o", program, source);
            string[] asked = [.. Emulator, program];
            string[] lines = Run(asked[0], asked[1..]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return distinct.Zip(lines).ToDictionary(pair => pair.First, pair => long.Parse(pair.Second, CultureInfo.InvariantCulture));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{program}: {errors.Result}");
        return output;
    }
}
