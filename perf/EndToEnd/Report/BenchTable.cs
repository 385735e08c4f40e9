using System.Globalization;
using System.Text;
using Spectre.Console;

namespace ShmWifi.Perf.EndToEnd.Report;

/// <summary>The figures of a run, for a person, on the terminal and as Markdown: first those that have a goal, then the others of each group.</summary>
internal static class BenchTable
{
    private static readonly Column[] Figures =
    [
        new("figure", false, row => row.Figure),
        new("value", true, row => Number(row.Value)),
        new("spread", true, row => Number(row.Spread)),
        new("unit", false, row => row.Unit == "1" ? "" : row.Unit),
        new("baseline", true, row => Number(row.Baseline)),
        new("ratio", true, row => Number(row.Ratio)),
    ];

    private static readonly Column[] Goals =
    [
        new("group", false, row => row.Group),
        .. Figures,
        new("goal", false, row => row.Goal ?? ""),
        new("met", false, row => row.Met == true ? "yes" : "NO"),
    ];

    /// <summary>Prints the figures.</summary>
    /// <param name="report">What was measured.</param>
    /// <param name="console">Where to.</param>
    public static void Print(BenchReport report, IAnsiConsole console)
    {
        console.WriteLine();
        foreach (var line in report.Environment.Describe())
            console.WriteLine(line);
        foreach (var (title, columns, rows) in Parts(report))
        {
            var table = new Table { Title = new TableTitle(Markup.Escape(title)), Border = TableBorder.Simple };
            foreach (var column in columns)
                table.AddColumn(new TableColumn(column.Name) { Alignment = column.IsNumber ? Justify.Right : Justify.Left });
            foreach (var row in rows)
                table.AddRow([.. columns.Select(column => Emphasise(column.Text(row)))]);
            console.Write(table);
        }

        console.WriteLine(Verdict(report));
    }

    /// <summary>The same as Markdown.</summary>
    /// <param name="report">What was measured.</param>
    public static string ToMarkdown(BenchReport report)
    {
        var text = new StringBuilder();
        foreach (var line in report.Environment.Describe())
            text.Append("* ").AppendLine(line);
        foreach (var (title, columns, rows) in Parts(report))
        {
            text.AppendLine().Append("### ").AppendLine(title).AppendLine();
            AppendLine(text, columns.Select(column => column.Name));
            AppendLine(text, columns.Select(column => column.IsNumber ? "---:" : "---"));
            foreach (var row in rows)
                AppendLine(text, columns.Select(column => column.Text(row).Replace("|", "\\|", StringComparison.Ordinal)));
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

    private static IEnumerable<(string Title, Column[] Columns, IEnumerable<Row> Rows)> Parts(BenchReport report)
    {
        var judged = report.Rows.Where(row => row.Goal != null).ToList();
        if (judged.Count > 0)
            yield return ("Goals", Goals, judged);
        foreach (var group in report.Rows.Where(row => row.Goal == null).GroupBy(row => row.Group))
            yield return (group.Key, Figures, group);
    }

    private static string Emphasise(string cell) => cell switch
    {
        "yes" => "[green]yes[/]",
        "NO" => "[bold red]NO[/]",
        _ => Markup.Escape(cell),
    };

    private static string Verdict(BenchReport report)
    {
        var judged = report.Rows.Where(row => row.Goal != null).ToList();
        var verdict = $"{judged.Count(row => row.Met == true)} of {judged.Count} goals met.";
        return report.Problem == null ? verdict : $"{verdict} The run ended early, rows are missing: {report.Problem}";
    }

    private static void AppendLine(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");

    /// <summary>A column.</summary>
    /// <param name="Name">Its head.</param>
    /// <param name="IsNumber">Whether it is aligned to the right.</param>
    /// <param name="Text">A row's cell.</param>
    private sealed record Column(string Name, bool IsNumber, Func<Row, string> Text);
}
