using System.Text;
using Spectre.Console;

namespace ShmWifi.Lab.Report;

/// <summary>The figures of a run, for a person, on the terminal and as Markdown.</summary>
internal static class ReportTable
{
    private static readonly Column[] Columns =
    [
        new("figure", false, row => row.Figure),
        new("value", true, row => row.ValueText),
        new("spread", true, row => Row.Number(row.Spread)),
        new("unit", false, row => row.Unit == "1" ? "" : row.Unit),
        new("baseline", true, row => Row.Number(row.Baseline)),
        new("ratio", true, row => Row.Number(row.Ratio)),
        new("limit", false, row => row.Limit ?? ""),
        new("met", false, row => row.Met switch { true => "yes", false => "NO", null => "" }),
    ];

    /// <summary>Prints the environment, the figures and what came of them.</summary>
    public static void Print(RunReport report, TableOrder order, IAnsiConsole console)
    {
        console.WriteLine();
        foreach (string line in Head(report))
            console.WriteLine(line);
        foreach (var part in Parts(report, order))
        {
            var table = new Table { Title = new TableTitle(Markup.Escape(part.Title)), Border = TableBorder.Simple };
            foreach (var column in part.Columns)
                table.AddColumn(new TableColumn(column.Name) { Alignment = column.IsNumber ? Justify.Right : Justify.Left });
            foreach (var row in part.Rows)
                table.AddRow([.. part.Columns.Select(column => Emphasise(column.Text(row)))]);
            console.Write(table);
        }
        foreach (var problem in report.Problems)
            console.MarkupLineInterpolated($"[bold red]{problem.Group}[/]: {problem.Message}");
        console.WriteLine(Verdict(report));
    }

    /// <summary>The same as Markdown.</summary>
    public static string ToMarkdown(RunReport report, TableOrder order)
    {
        var text = new StringBuilder();
        foreach (string line in Head(report))
            text.Append("* ").AppendLine(line);
        foreach (var part in Parts(report, order))
        {
            text.AppendLine().Append("### ").AppendLine(part.Title).AppendLine();
            AppendLine(text, part.Columns.Select(column => column.Name));
            AppendLine(text, part.Columns.Select(column => column.IsNumber ? "---:" : "---"));
            foreach (var row in part.Rows)
                AppendLine(text, part.Columns.Select(column => column.Text(row).Replace("|", "\\|", StringComparison.Ordinal)));
        }
        text.AppendLine();
        foreach (var problem in report.Problems)
            text.Append("* ").Append(problem.Group).Append(": ").AppendLine(problem.Message);
        return text.AppendLine(Verdict(report)).ToString();
    }

    private static IEnumerable<string> Head(RunReport report) =>
        report.Details.Count == 0
            ? report.Environment.Describe()
            : report.Environment.Describe().Append(string.Join(", ", report.Details.Select(detail => $"{detail.Key}: {detail.Value}")));

    private static IEnumerable<Part> Parts(RunReport report, TableOrder order)
    {
        List<Row> rest = [.. report.Rows];
        List<Row> limited = [.. rest.Where(row => row.Limit is not null)];
        if (order == TableOrder.LimitsFirst && limited.Count > 0)
        {
            rest.RemoveAll(row => row.Limit is not null);
            yield return new Part("Goals", [new Column("group", false, row => row.Group), .. Columns], limited);
        }
        foreach (var group in rest.GroupBy(row => row.Group))
            yield return group.Any(row => row.Part is not null) ? Wide(group.Key, [.. group]) : Narrow(group.Key, [.. group]);
    }

    /// <summary>A line for each figure, without the columns in which none has anything.</summary>
    private static Part Narrow(string title, Row[] rows) =>
        new(title, [.. Columns.Where(column => column.Name == "value" || rows.Any(row => column.Text(row) is not ("" or "-")))], rows);

    /// <summary>A line for all parts of a figure, a column for each part.</summary>
    private static Part Wide(string title, Row[] rows)
    {
        var cells = rows.ToLookup(row => (row.Figure, row.Part));
        Column Of(string? part) => new(
            cells.Where(cell => cell.Key.Part == part).First().First() is { Unit: not "1" } one ? $"{part}, {one.Unit}" : $"{part}", true,
            row => cells[(row.Figure, part)].FirstOrDefault() is { } cell ? cell.ValueText + (cell.Met == false ? " NO" : "") : "");
        var ratio = new Column("ratio", true, row =>
            Row.Number(rows.FirstOrDefault(one => one.Figure == row.Figure && one.Ratio is not null)?.Ratio));
        return new Part(
            title, [Columns[0], .. rows.Select(row => row.Part).Distinct().Select(Of), .. rows.Any(row => row.Ratio is not null)
            ? (Column[])[ratio]
            : []],
            [.. rows.DistinctBy(row => row.Figure)]);
    }

    private static string Emphasise(string cell) => cell switch
    {
        "yes" => "[green]yes[/]",
        _ when cell.EndsWith("NO", StringComparison.Ordinal) => $"[bold red]{Markup.Escape(cell)}[/]",
        _ => Markup.Escape(cell),
    };

    private static string Verdict(RunReport report)
    {
        Row[] limited = [.. report.Rows.Where(row => row.Limit is not null)];
        string verdict = $"{limited.Count(row => row.Met == true)} of {limited.Length} limits kept.";
        return report.Problems.Count == 0
            ? verdict
            : $"{verdict} {report.Problems.Count} {(report.Problems.Count == 1 ? "problem" : "problems")}: rows may be missing.";
    }

    private static void AppendLine(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");

    /// <summary>A table.</summary>
    private sealed record Part(string Title, IReadOnlyList<Column> Columns, IReadOnlyList<Row> Rows);

    /// <summary>A column.</summary>
    /// <param name="IsNumber">Whether it is aligned to the right.</param>
    private sealed record Column(string Name, bool IsNumber, Func<Row, string> Text);
}

/// <summary>What comes first in a table.</summary>
internal enum TableOrder
{
    /// <summary>All figures that have a limit, of all groups; then each group's others.</summary>
    LimitsFirst,

    /// <summary>Group after group.</summary>
    Groups,
}
