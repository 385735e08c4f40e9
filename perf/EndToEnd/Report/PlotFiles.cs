using System.Diagnostics;
using System.Globalization;
using System.Text;
using ShmWifi.Lab;

namespace ShmWifi.Perf.EndToEnd.Report;

/// <summary>A plot as files: NAME.dat (its points), NAME.gp (a gnuplot script) and NAME.svg (what gnuplot makes of them).</summary>
internal static class PlotFiles
{
    // Told apart with any colour vision. Source: Okabe and Ito, "Color Universal Design", 2008; its yellow left out, as it is faint on white.
    private static readonly string[] Colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

    // gnuplot's numbers: square, disc, triangle, triangle on its tip, diamond filled; square and circle hollow.
    private static readonly int[] PointTypes = [5, 7, 9, 11, 13, 4, 6];

    /// <summary>Writes points and scripts, and draws the plots if gnuplot is there.</summary>
    public static bool Write(string folder, IReadOnlyList<Plot> plots)
    {
        foreach (var plot in plots)
        {
            File.WriteAllText(Path.Combine(folder, plot.Name + ".dat"), Points(plot));
            File.WriteAllText(Path.Combine(folder, plot.Name + ".gp"), Script(plot));
        }

        return plots.All(plot => Draw(folder, plot.Name + ".gp"));
    }

    /// <summary>The data file: a block a series, X and Y a line, two empty lines between blocks.</summary>
    public static string Points(Plot plot) => string.Join("\n\n", plot.Series.Select(series =>
        $"# {series.Label}: {plot.XLabel}, {plot.YLabel}\n" + string.Concat(series.Points.Select(point => $"{Text(point.X)} {Text(point.Y)}\n"))));

    /// <summary>The script, to be run in the folder of the data file.</summary>
    public static string Script(Plot plot)
    {
        var script = new StringBuilder();
        script.AppendLine("set encoding utf8");
        script.AppendLine("set terminal svg size 960,600 dynamic noenhanced font 'sans-serif,15' background '#ffffff'");
        script.AppendLine($"set output {Quote(plot.Name + ".svg")}");
        script.AppendLine($"set title {Quote(plot.Title)}");
        script.AppendLine($"set xlabel {Quote(plot.XLabel)}");
        script.AppendLine($"set ylabel {Quote(plot.YLabel)}");
        script.AppendLine("set grid linecolor '#d0d0d0'");
        script.AppendLine("set key below"); // never over a line
        script.AppendLine("set format '%.10g'");
        script.AppendLine("set autoscale xfix"); // no empty decade beside the points
        if (plot.LogX)
            script.AppendLine("set logscale x");
        script.AppendLine(plot.LogY ? "set logscale y" : "set yrange [0:*]");
        // Ten marks a line, so that lines are told apart without colours, too.
        var lines = plot.Series.Select((series, index) =>
            $"{Quote(plot.Name + ".dat")} index {index} using 1:2 title {Quote(series.Label)} with linespoints linewidth 2 linecolor "
                + $"'{Colors[index % Colors.Length]}' "
            + $"pointtype {PointTypes[index % PointTypes.Length]} pointsize 0.8 pointnumber 10");
        script.AppendLine("plot " + string.Join(", \\\n     ", lines));
        return script.ToString();
    }

    private static bool Draw(string folder, string script)
    {
        var start = new ProcessStartInfo("gnuplot", [script]) { WorkingDirectory = folder, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            using var gnuplot = Process.Start(start)!;
            string error = gnuplot.StandardError.ReadToEnd();
            gnuplot.WaitForExit();
            return gnuplot.ExitCode == 0 ? true : throw new LabException($"gnuplot failed on {Path.Combine(folder, script)}: {error.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
