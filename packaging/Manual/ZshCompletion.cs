using System.Text;

namespace ShmWifi.Manual;

/// <summary>Writes what zsh completes a program's command line with.</summary>
internal static class ZshCompletion
{
    /// <summary>The function: files where a value or an argument may be anything, else commands, options and allowed values.</summary>
    public static string Write(CommandHelp program)
    {
        var script = new StringBuilder();
        script.Append($$"""
            #compdef {{program.Name}}
            # made from the text of its --help
            local word command={{program.Name}}
            local -a found
            for word in "${(@)words[2,CURRENT-1]}"; do
                case "$command $word" in
                ({{Alternatives(program.All.Skip(1).Select(command => command.Name).DefaultIfEmpty("none"))}}) command+=" $word" ;;
                esac
            done
            case "$command ${words[CURRENT-1]}" in

            """);
        foreach (var (command, option) in program.All.SelectMany(command => command.Options.Where(one => one.Value is not null), (c, o) => (c, o)))
        {
            string then = option.Choices.Count == 0 ? "_files" : $"compadd -- {string.Join(' ', option.Choices)}";
            script.Append($"({Alternatives(option.Names.Select(name => $"{command.Name} {name}"))}) {then}; return ;;\n");
        }

        script.Append("esac\ncase $command in\n");
        foreach (var command in program.All)
        {
            script.Append($"(\"{command.Name}\") found=(\n");
            foreach (var word in command.Words)
                script.Append($"    '{word.Word}:{Quoted(word.Description)}'\n");
            script.Append(") ;;\n");
        }

        script.Append("esac\n_describe -o word found || _files\n");
        return script.ToString();
    }

    private static string Alternatives(IEnumerable<string> words) => string.Join(" | ", words.Select(word => $"\"{word}\""));

    private static string Quoted(string text) => text.Split('\n')[0].Replace("'", "'\\''", StringComparison.Ordinal);
}
