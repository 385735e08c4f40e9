using System.Text.RegularExpressions;

namespace ShmWifi.Manual;

/// <summary>Reads the help of a program that has it as text: a title, usages with their options, and what else there is to say.</summary>
internal static partial class HelpText
{
    /// <summary>Reads the text of <c>--help</c> of a command, or of a whole program.</summary>
    /// <param name="below">Commands that have a text of their own.</param>
    /// <exception cref="FormatException">It has another form.</exception>
    public static CommandHelp Read(string text, params IReadOnlyList<CommandHelp> below)
    {
        string[] lines = text.Split('\n');
        var title = Title().Match(lines[0]);
        if (!title.Success || lines.Length < 3 || !lines[2].StartsWith("usage: ", StringComparison.Ordinal))
            throw new FormatException($"'{lines[0]}' is not followed by usages");
        string name = title.Groups["name"].Value;
        string[] usages = [.. lines.Skip(2).TakeWhile(line => line.Length > 0)];
        string[] rest = [.. lines.Skip(2 + usages.Length).Select(line => line.Trim()).Where(line => line.Length > 0)];

        List<CommandHelp> commands = [];
        List<OptionHelp> own = [];
        foreach (string line in usages)
        {
            if (OptionLine().Match(line) is { Success: true } option)
            {
                commands[^1] = WithOption(commands[^1], option);
            }
            else if (Continuation().IsMatch(line))
            {
                var last = commands[^1].Options[^1];
                commands[^1] = commands[^1] with
                {
                    Options = [.. commands[^1].Options.SkipLast(1), last with { Description = $"{last.Description} {line.Trim()}".TrimStart() }],
                };
            }
            else
            {
                var usage = Usage().Match(line);
                if (!usage.Success || !usage.Groups["words"].Value.StartsWith(name, StringComparison.Ordinal))
                    throw new FormatException($"'{line}' is neither a usage of {name} nor an option");
                Add(usage.Groups["words"].Value[name.Length..]);
            }
        }

        string description = string.Join('\n', [title.Groups["what"].Value, .. rest]);
        return new(name, description, [], [.. own, new(["--help", "-h"], null, [], "")], [.. commands, .. below]);

        // "del NAME... | --all" is a command; "--help | --version" and what has a text of its own are none.
        void Add(string usage)
        {
            var options = FlagInUsage().Matches(usage).Select(flag => new OptionHelp([flag.Value], null, [], ""));
            if (CommandWord().Match(usage) is { Success: true } word)
            {
                var arguments = ArgumentInUsage().Matches(usage[(word.Groups["word"].Length + 1)..]).Select(argument =>
                    new ArgumentHelp(argument.Groups["name"].Value, "", usage.Contains('|'), IsRepeated: true));
                commands.Add(new($"{name} {word.Groups["word"].Value}", "", [.. arguments], [.. options], []));
            }
            else if (!usage.Contains(": ", StringComparison.Ordinal))
            {
                own.AddRange(options.Where(option => option.Names[0] != "--help"));
            }
        }
    }

    private static CommandHelp WithOption(CommandHelp command, Match line) => command with
    {
        Options =
        [
            .. command.Options,
            new([line.Groups["name"].Value], line.Groups["value"].Success ? line.Groups["value"].Value : null, [], line.Groups["text"].Value),
        ],
    };

    [GeneratedRegex("^(?<name>[a-z -]+): (?<what>.*)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Title();

    [GeneratedRegex("^(usage: |       )(?<words>[a-z-]+ .*)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Usage();

    [GeneratedRegex("^  (?<name>--[a-z0-9-]+)( (?<value>\\S+))?(  +(?<text>.*))?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex OptionLine();

    [GeneratedRegex("^ {10,}\\S", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Continuation();

    [GeneratedRegex("^ (?<word>[a-z]+)( [^a-z].*)?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex CommandWord();

    [GeneratedRegex("--[a-z-]+", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex FlagInUsage();

    [GeneratedRegex("(?<name>[A-Z]+)\\.\\.\\.", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ArgumentInUsage();
}
