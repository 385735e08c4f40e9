using System.Globalization;
using System.Text;
using Spectre.Console;

namespace ShmWifi.Perf.EndToEnd.Report;

/// <summary>The figures of a run, for a person: on the terminal and as Markdown.</summary>
internal static class BenchTable
{
    private static readonly (string Name, bool IsNumber)[] Columns =
        [("figure", false), ("value", true), ("spread", true), ("unit", false), ("baseline", true), ("ratio", true), ("goal", false), ("met", false)];

    /// <summary>Prints the figures, a table a group, and how many goals were met.</summary>
    /// <param name="report">What was measured.</param>
    /// <param name="console">Where to.</param>
    public static void Print(BenchReport report, IAnsiConsole console)
    {
        console.WriteLine();
        foreach (var line in report.Environment.Describe())
            console.WriteLine(line);
        foreach (var group in report.Rows.GroupBy(row => row.Group))
        {
            var table = new Table { Title = new TableTitle(Markup.Escape(group.Key)), Border = TableBorder.Simple };
            foreach (var (name, isNumber) in Columns)
                table.AddColumn(new TableColumn(name) { Alignment = isNumber ? Justify.Right : Justify.Left });
            foreach (var row in group)
                table.AddRow([.. Cells(row).Select(Markup.Escape).SkipLast(1), Emphasise(row)]);
            console.Write(table);
        }

        console.WriteLine(Verdict(report));
    }

    /// <summary>The same as a page of Markdown.</summary>
    /// <param name="report">What was measured.</param>
    public static string ToMarkdown(BenchReport report)
    {
        var text = new StringBuilder();
        foreach (var line in report.Environment.Describe())
            text.Append("* ").AppendLine(line);
        foreach (var group in report.Rows.GroupBy(row => row.Group))
        {
            text.AppendLine().Append("### ").AppendLine(group.Key).AppendLine();
            AppendLine(text, Columns.Select(column => column.Name));
            AppendLine(text, Columns.Select(column => column.IsNumber ? "---:" : "---"));
            foreach (var row in group)
                AppendLine(text, Cells(row).Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)));
        }

        return text.AppendLine().AppendLine(Verdict(report)).ToString();
    }

    /// <summary>A number to three significant digits, thousands grouped; "-" when nothing was measured.</summary>
    /// <param name="value">Null or NaN: nothing.</param>
    public static string Number(double? value)
    {
        if (value is not { } number || double.IsNaN(number))
            return "-";
        var format = Math.Abs(number) switch { >= 100 => "#,0", >= 10 => "0.0", >= 1 => "0.00", _ => "G3" };
        return number.ToString(format, CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> Cells(Row row) =>
    [
        row.Figure, Number(row.Value), Number(row.Spread), row.Unit == "1" ? "" : row.Unit, Number(row.Baseline), Number(row.Ratio), row.Goal ?? "", Met(row),
    ];

    private static string Met(Row row) => row.Met switch { true => "yes", false => "NO", null => "" };

    private static string Emphasise(Row row) => row.Met switch { true => "[green]yes[/]", false => "[bold red]NO[/]", null => "" };

    private static string Verdict(BenchReport report)
    {
        var judged = report.Rows.Where(row => row.Goal != null).ToList();
        var verdict = $"{judged.Count(row => row.Met == true)} of {judged.Count} goals met.";
        return report.Problem == null ? verdict : $"{verdict} The run ended early, rows are missing: {report.Problem}";
    }

    private static void AppendLine(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");
}
