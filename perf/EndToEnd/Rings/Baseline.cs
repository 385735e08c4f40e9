using System.Globalization;
using ShmWifi.Lab;
using ShmWifi.Lab.Processes;

namespace ShmWifi.Perf.EndToEnd.Rings;

/// <summary>The same rings and the same loops in C, compiled here and run as a process of its own.</summary>
internal sealed class Baseline : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("shmwifi-bench-");
    private readonly string _program;

    /// <summary>Compiles it.</summary>
    /// <exception cref="LabException">There is no gcc, or it refuses.</exception>
    public Baseline()
    {
        _program = Path.Combine(_folder.FullName, "baseline");
        string source = Path.Combine(AppContext.BaseDirectory, "baseline.c"); // shmwifi_abi.h lies beside it
        _ = HostCommand.Run("gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", _program, source);
    }

    /// <summary>Measures.</summary>
    /// <exception cref="LabException">A frame was lost or damaged.</exception>
    public long[] Run(RingTask task, Cores cores)
    {
        string[] always = [ModeOf(task.Loop), $"{cores.First}", $"{cores.Second}", $"{task.Chunks}", $"{task.Count}"];
        string[] more = task.Loop switch
        {
            RingLoop.RoundTrip => [],
            RingLoop.InPlace => [$"{task.Size}"],
            _ => [$"{task.Batch}", $"{task.Size}"],
        };
        return Parse(HostCommand.Run([_program, .. always, .. more]).Output, task.Chunks);
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Reads what the program writes: nanoseconds, a line a chunk.</summary>
    /// <exception cref="LabException">It is something else.</exception>
    internal static long[] Parse(string output, int chunks)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length != chunks)
            throw new LabException($"the C baseline of the rings wrote {lines.Length} lines for {chunks} chunks");
        return [.. lines.Select(line => long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out long ns)
            ? ns
            : throw new LabException($"the C baseline of the rings wrote '{line}' where nanoseconds are due"))];
    }

    private static string ModeOf(RingLoop loop) => loop switch
    {
        RingLoop.RoundTrip => "round-trip",
        RingLoop.Messages => "messages",
        RingLoop.HandOver => "hand-over",
        _ => "in-place",
    };
}
