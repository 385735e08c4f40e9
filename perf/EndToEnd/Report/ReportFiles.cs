using ShmWifi.Lab;
using ShmWifi.Lab.Report;

namespace ShmWifi.Perf.EndToEnd.Report;

/// <summary>The files of a run: the JSON, bench.md, texts and plots.</summary>
internal sealed class ReportFiles
{
    private readonly string _folder;
    private readonly string? _json;

    /// <summary>Makes sure that they can be written, before anything is measured.</summary>
    /// <param name="folder">Where the table and the plots go.</param>
    /// <param name="json">Where the JSON goes; null for nowhere.</param>
    /// <exception cref="LabException">They cannot.</exception>
    public ReportFiles(string folder, string? json)
    {
        _folder = folder;
        _json = json;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"results cannot be written: {exception.Message} Choose another place by --output.");
        }
        RunReport.ThrowIfUnwritable(Path.Combine(folder, "bench.md"));
        if (json != null)
            RunReport.ThrowIfUnwritable(json);
    }

    /// <summary>Writes them, and says where.</summary>
    public void Write(RunReport report, Results results)
    {
        var plots = results.Plots;
        File.WriteAllText(Path.Combine(_folder, "bench.md"), ReportTable.ToMarkdown(report, TableOrder.LimitsFirst));
        Console.WriteLine($"table: {Path.Combine(_folder, "bench.md")}");
        if (_json != null)
        {
            File.WriteAllText(_json, report.ToJson());
            Console.WriteLine($"JSON:  {_json}");
        }

        foreach (var (name, text) in results.Texts)
        {
            File.WriteAllText(Path.Combine(_folder, name), text);
            Console.WriteLine($"text:  {Path.Combine(_folder, name)}");
        }

        if (plots.Count == 0)
            return;
        Console.WriteLine(PlotFiles.Write(_folder, plots)
            ? $"plots: {string.Join(", ", plots.Select(plot => Path.Combine(_folder, plot.Name + ".svg")))}"
            : $"plots: none, as there is no gnuplot (Debian: gnuplot-nox); points and scripts are in {_folder}");
    }
}
