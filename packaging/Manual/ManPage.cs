using System.Globalization;
using System.Text;

namespace ShmWifi.Manual;

/// <summary>Writes a program's help as a page of its manual: man(7).</summary>
internal static class ManPage
{
    /// <summary>The page.</summary>
    /// <param name="date">What the page says it is of.</param>
    /// <param name="others">Names of other pages of section 1.</param>
    public static string Write(CommandHelp program, string version, DateOnly date, IEnumerable<string> others)
    {
        var page = new StringBuilder();
        string day = date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string[] paragraphs = program.Description.Split('\n');
        page.Append($"""
            .TH {Escape(program.Name.ToUpperInvariant())} 1 {day} "ShmWifi {version}" "User Commands"
            .SH NAME
            {Escape(program.Name)} \- {Text(paragraphs[0].TrimEnd('.'))}
            .SH SYNOPSIS

            """);
        foreach (var command in program.All.Where(command => command.Commands.Count == 0 || command == program))
            page.Append(Synopsis(command));
        page.Append(".SH DESCRIPTION\n");
        AppendParagraphs(page, program);
        page.Append(".SH OPTIONS\n");
        AppendWords(page, program);
        if (program.Commands.Count > 0)
            page.Append(".SH COMMANDS\n");
        foreach (var command in program.All.Skip(1))
        {
            page.Append($".SS {Escape(command.Name[(program.Name.Length + 1)..])}\n");
            if (command.Commands.Count == 0)
                page.Append(Synopsis(command));
            if (command.Description.Length > 0)
                page.Append(".PP\n");
            AppendParagraphs(page, command);
            AppendWords(page, command);
        }

        page.Append(".SH SEE ALSO\n");
        page.AppendJoin(",\n", others.Select(other => $".BR {Escape(other)} (1)")).Append('\n');
        return page.ToString();
    }

    private static string Synopsis(CommandHelp command)
    {
        string commands = command.Commands.Count > 0 ? " \\fICOMMAND\\fR" : "";
        return $".PP\n\\fB{Escape(command.Name)}\\fR{commands}{string.Concat(command.Arguments.Select(Part))} [\\fIOPTION\\fR]...\n";
    }

    private static string Part(ArgumentHelp argument)
    {
        string name = $"\\fI{Escape(argument.Name)}\\fR{(argument.IsRepeated ? "..." : "")}";
        return argument.IsOptional ? $" [{name}]" : $" {name}";
    }

    private static void AppendParagraphs(StringBuilder page, CommandHelp command) =>
        page.AppendJoin("\n.PP\n", command.Description.Split('\n').Where(line => line.Length > 0).Select(Text)).Append('\n');

    private static void AppendWords(StringBuilder page, CommandHelp command)
    {
        foreach (var argument in command.Arguments.Where(argument => argument.Description.Length > 0))
            page.Append($".TP\n\\fI{Escape(argument.Name)}\\fR\n{Text(argument.Description)}\n");
        foreach (var option in command.Options)
        {
            string names = string.Join(", ", option.Names.Select(name => $"\\fB{Escape(name)}\\fR"));
            string value = option.Value is null ? "" : $" \\fI{Escape(option.Value)}\\fR";
            page.Append($".TP\n{names}{value}\n{(option.Description.Length > 0 ? Text(option.Description) : "\\&")}\n");
        }
    }

    /// <summary>A line of text: no dot or quote at its beginning is a request.</summary>
    private static string Text(string text) => text.StartsWith('.') || text.StartsWith('\'') ? "\\&" + Escape(text) : Escape(text);

    private static string Escape(string text) => text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
}
