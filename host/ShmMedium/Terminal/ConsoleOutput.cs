using System.Text;
using System.Text.Json;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Telemetry;

namespace ShmWifi.ShmMedium.Terminal;

/// <summary>What <c>run</c> shows: where events and frames go, the live table, the totals.</summary>
/// <remarks>Events go where the frames or the table go, or else to standard error; and with the frames to the log file, if there is one.</remarks>
/// <param name="print">"frames", "table", "none"; null: frames on a terminal, else none.</param>
/// <param name="json">Totals as JSON.</param>
internal sealed class ConsoleOutput(string? print, bool json) : IDisposable
{
    private readonly string _print = print ?? (StandardOutput.IsTerminal ? "frames" : "none");
    private readonly VmColors _colors = new();
    private TablePrinter? _table;

    /// <summary>Opens all that the log writes to.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not ours.</exception>
    public IReadOnlyList<ILogSink> OpenSinks(LogConfiguration log)
    {
        var sinks = new List<ILogSink>();
        if (log.File is { } path)
            sinks.Add(OpenFile(path, log.Format));
        bool isJson = log.File is null && log.Format == LogFormat.Json;
        sinks.Add(_print switch
        {
            "table" => _table = new TablePrinter(StandardOutput.OpenForTables(), _colors),
            "frames" => OpenStandard(Console.OpenStandardOutput(), "standard output", isJson, StandardOutput.HasColors, wantsFrames: true),
            _ => OpenStandard(Console.OpenStandardError(), "standard error", isJson, StandardOutput.ErrorHasColors, wantsFrames: false),
        });
        return sinks;
    }

    /// <summary>Starts the live table, if asked for.</summary>
    public void Start(SnapshotSource snapshots) => _table?.Start(snapshots);

    /// <summary>Ends the live table.</summary>
    public void Dispose() => _table?.Dispose();

    /// <summary>Prints the totals.</summary>
    public void WriteTotals(MediumSnapshot totals)
    {
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(totals, SnapshotJson.Default.MediumSnapshot));
        else
            TotalsView.Write(StandardOutput.OpenForTables(), totals, _colors);
    }

    private static ILogSink OpenFile(string path, LogFormat format)
    {
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        return format == LogFormat.Json
            ? new JsonLogSink(path, file, wantsFrames: true)
            : new TextLogSink(path, NewWriter(file), wantsFrames: true, hasDate: true);
    }

    private ILogSink OpenStandard(Stream stream, string name, bool isJson, bool hasColors, bool wantsFrames) => isJson
        ? new JsonLogSink(name, stream, wantsFrames)
        : new TextLogSink(name, NewWriter(stream), wantsFrames, hasColors ? _colors : null);

    private static StreamWriter NewWriter(Stream stream) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 16 << 10);
}
