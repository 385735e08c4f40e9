using System.CommandLine;
using System.CommandLine.Parsing;
using ShmWifi.Configuration.Text;
using ShmWifi.ShmMedium.Cli.Diff;

namespace ShmWifi.ShmMedium.Cli;

/// <summary>A command line that is wrong.</summary>
internal static class UsageError
{
    private const int ExitCode = 1;

    /// <summary>Says what is wrong, which word was meant, and how that command alone is used.</summary>
    /// <returns>The process's exit code.</returns>
    public static int Tell(ParseResult parse, TextWriter error)
    {
        var command = parse.CommandResult.Command;
        string name = string.Join(' ', PathOf(parse.CommandResult).Select(c => c.Name));
        string[] reasons = parse.UnmatchedTokens.Count == 0
            ? [.. parse.Errors.Select(e => e.Message)]
            : [Unknown(parse.UnmatchedTokens[0], parse.CommandResult)]; // what follows it is taken for anything
        foreach (string reason in reasons.Distinct())
            error.WriteLine($"{name}: {reason}");
        error.WriteLine($"usage: {name}{string.Concat(Parts(command).Select(part => $" {part}"))}");
        error.WriteLine($"'{name} --help' tells more");
        return command is DiffCommand ? DiffCommand.CannotCompare : ExitCode;
    }

    private static string Unknown(string word, CommandResult result)
    {
        if (word.StartsWith('-'))
        {
            // Those of the commands above that hold below, too.
            var options = PathOf(result).SelectMany(c => c.Options.Where(o => c == result.Command || o.Recursive));
            return $"unknown option '{word}'{Nearest.Hint(word, options.SelectMany(NamesOf))}";
        }

        var commands = result.Command.Subcommands.Where(c => !c.Hidden).ToList();
        if (commands.Count == 0)
            return $"'{word}' is one argument too many";
        string hint = Nearest.Hint(word, commands.SelectMany(NamesOf));
        return $"unknown command '{word}'{hint}; there are {string.Join(", ", commands.Select(c => c.Name))}";
    }

    private static IEnumerable<string> Parts(Command command)
    {
        if (command.Subcommands.Count != 0 && command.Action is null)
            yield return string.Join('|', command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name));
        foreach (var argument in command.Arguments)
        {
            string many = argument.Arity.MaximumNumberOfValues > 1 ? "..." : "";
            yield return argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}{many}]" : $"{argument.Name}{many}";
        }

        foreach (var option in command.Options.Where(o => !o.Hidden && o.Name != "--help"))
        {
            bool isFlag = option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool);
            yield return isFlag ? $"[{option.Name}]" : $"[{option.Name} {option.Name.TrimStart('-').ToUpperInvariant()}]";
        }
    }

    private static IEnumerable<string> NamesOf(Symbol symbol) => symbol switch
    {
        Option option => [option.Name, .. option.Aliases],
        Command command => [command.Name, .. command.Aliases],
        _ => [symbol.Name],
    };

    /// <summary>From the program to the command.</summary>
    private static List<Command> PathOf(CommandResult result)
    {
        List<Command> path = [];
        for (SymbolResult? at = result; at is not null; at = at.Parent)
        {
            if (at is CommandResult one)
                path.Insert(0, one.Command);
        }

        return path;
    }
}
