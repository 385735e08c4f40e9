using System.CommandLine;
using System.CommandLine.Completions;

namespace ShmWifi.Manual;

/// <summary>Reads the help of a program that has its commands from System.CommandLine.</summary>
internal static class CommandTree
{
    /// <summary>Reads a program's commands, all but hidden ones.</summary>
    /// <param name="program">Its name: that of the root is this process's.</param>
    public static CommandHelp Read(RootCommand root, string program) => Read(root, program, []);

    private static CommandHelp Read(Command command, string name, IEnumerable<Option> inherited)
    {
        List<Option> options = [.. command.Options, .. inherited];
        var recursive = options.Where(option => option.Recursive);
        return new(
            name,
            command.Description ?? "",
            [.. command.Arguments.Where(argument => !argument.Hidden).Select(Read)],
            [.. options.Where(option => !option.Hidden).Select(Read)],
            [.. command.Subcommands.Where(one => !one.Hidden).Select(one => Read(one, $"{name} {one.Name}", recursive))]);
    }

    private static ArgumentHelp Read(Argument argument) => new(
        argument.Name, argument.Description ?? "", argument.Arity.MinimumNumberOfValues == 0, argument.Arity.MaximumNumberOfValues > 1);

    private static OptionHelp Read(Option option)
    {
        bool isFlag = option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool);
        string[] choices = isFlag ? [] : [.. option.GetCompletions(CompletionContext.Empty).Select(item => item.Label)];
        string value = option.HelpName ?? (choices.Length > 0 ? string.Join('|', choices) : option.Name.TrimStart('-'));
        var aliases = option.Aliases.Where(alias => alias.StartsWith('-')); // "/h" is Windows's
        return new([option.Name, .. aliases], isFlag ? null : value, choices, Description(option, isFlag));
    }

    private static string Description(Option option, bool isFlag) =>
        !isFlag && option.HasDefaultValue && option.GetDefaultValue() is (IFormattable or string { Length: > 0 }) and var value
            ? $"{option.Description} [default: {value}]"
            : option.Description ?? "";
}
