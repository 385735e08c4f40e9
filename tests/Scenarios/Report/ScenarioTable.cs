using System.Globalization;
using Spectre.Console;

namespace ShmWifi.Tests.Scenarios.Report;

/// <summary>The figures of a run, for a person.</summary>
internal static class ScenarioTable
{
    /// <summary>Prints them, scenario by scenario, then what could not be measured, then how many limits were kept.</summary>
    /// <param name="report">What was measured.</param>
    /// <param name="console">Where to.</param>
    public static void Print(ScenarioReport report, IAnsiConsole console)
    {
        console.WriteLine();
        foreach (string line in report.Environment.Describe())
            console.WriteLine(line);
        foreach (IGrouping<string, ScenarioRow> rows in report.Rows.GroupBy(row => row.Scenario))
        {
            var table = new Table { Title = new TableTitle(Markup.Escape(rows.Key)), Border = TableBorder.Simple };
            table.AddColumns(
                new TableColumn("figure"), new TableColumn("value").RightAligned(), new TableColumn("unit"), new TableColumn("limits"), new TableColumn("met"));
            foreach (ScenarioRow row in rows)
            {
                table.AddRow(
                    Markup.Escape(row.Figure), Number(row.Value), row.Unit == "1" ? "" : Markup.Escape(row.Unit), Limits(row),
                    row.Met switch { true => "[green]yes[/]", false => "[bold red]NO[/]", null => "" });
            }
            console.Write(table);
        }
        foreach (ScenarioProblem problem in report.Problems)
            console.MarkupLineInterpolated($"[bold red]{problem.Scenario}[/]: {problem.Message}");
        ScenarioRow[] judged = [.. report.Rows.Where(row => row.Met is not null)];
        console.WriteLine($"{judged.Count(row => row.Met == true)} of {judged.Length} limits kept{(report.Problems.Count == 0 ? "." : $"; {report.Problems.Count} scenarios could not be measured to their end.")}");
    }

    /// <summary>What a figure must be.</summary>
    /// <param name="row">The figure.</param>
    public static string Limits(ScenarioRow row) => (row.Low, row.High) switch
    {
        (null, null) => "",
        ({ } low, null) => $"≥ {Number(low)}",
        (null, { } high) => $"≤ {Number(high)}",
        ({ } low, { } high) => $"{Number(low)} .. {Number(high)}",
    };

    /// <summary>A number to four significant digits, for limits that are close; "-" when nothing was measured.</summary>
    /// <param name="value">NaN: nothing.</param>
    public static string Number(double value)
    {
        if (double.IsNaN(value))
            return "-";
        if (value == Math.Floor(value) && Math.Abs(value) < 1e9)
            return value.ToString("#,0", CultureInfo.InvariantCulture);
        return value.ToString(Math.Abs(value) switch { >= 1000 => "#,0", >= 100 => "0.0", >= 10 => "0.00", >= 0.1 => "0.0000", _ => "G4" }, CultureInfo.InvariantCulture);
    }
}
