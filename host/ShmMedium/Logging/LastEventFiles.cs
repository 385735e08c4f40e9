using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.ShmMedium.Logging;

/// <summary>What happened last to engines that died: a file each, <c>last-events-PID.log</c>.</summary>
/// <param name="folder">Made by somebody else.</param>
internal sealed class LastEventFiles(string folder)
{
    /// <summary>How many are kept: those written last.</summary>
    public const int Kept = 16;

    private const string Prefix = "last-events-", Suffix = ".log";

    /// <summary>Where a daemon has them: <c>$STATE_DIRECTORY</c> (systemd's), which a reboot leaves as it is, else beside its state file.</summary>
    public static string FolderFor(string statePath) => Environment.GetEnvironmentVariable("STATE_DIRECTORY") is { Length: > 0 } service
        ? service.Split(':')[0]
        : Path.GetDirectoryName(Path.GetFullPath(statePath))!;

    /// <summary>The file of an engine; null: there is none.</summary>
    public string? Find(int engine) => PathOf(engine) is var path && File.Exists(path) ? path : null;

    /// <summary>Writes them, and removes the oldest.</summary>
    /// <param name="events">Of engines that are dead.</param>
    /// <returns>The engines' process IDs.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not ours to write in.</exception>
    public IReadOnlyList<int> Write(IReadOnlyList<EventRecord> events)
    {
        var now = DateTimeOffset.Now;
        long nowNs = MonotonicClock.NowNs;
        List<int> engines = [];
        foreach (var one in events.GroupBy(e => e.Engine))
        {
            var text = new StringBuilder($"the last events of engine {one.Key} of shm-medium\n");
            foreach (var item in one)
                AppendLine(text, item, now.AddTicks((item.Ns - nowNs) / TimeSpan.NanosecondsPerTick));
            File.WriteAllText(PathOf(one.Key), text.ToString());
            engines.Add(one.Key);
        }
        foreach (var old in new DirectoryInfo(folder).EnumerateFiles(Prefix + '*' + Suffix).OrderByDescending(f => f.LastWriteTimeUtc).Skip(Kept))
            old.Delete();
        return engines;
    }

    private string PathOf(int engine) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{engine}{Suffix}"));

    /// <summary>A line for each of the text's: what else would steer the reader's terminal is escaped.</summary>
    private static void AppendLine(StringBuilder text, EventRecord item, DateTimeOffset time)
    {
        text.Append(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd HH:mm:ss.ffffff} ");
        text.Append(item.Level switch { LogLevel.Warning => "warning: ", > LogLevel.Warning => "fatal: ", _ => "" });
        var octets = item.Text.Span;
        foreach (var line in octets.Split((byte)'\n'))
        {
            if (line.Start.Value != 0)
                text.Append("    ");
            GuestText.Append(text, octets[line]);
            text.Append('\n');
        }
    }
}
