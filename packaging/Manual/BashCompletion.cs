using System.Text;

namespace ShmWifi.Manual;

/// <summary>Writes what bash completes a program's command line with.</summary>
internal static class BashCompletion
{
    /// <summary>The script: files where a value may be anything, else commands, options and values that are allowed.</summary>
    public static string Write(CommandHelp program)
    {
        string function = "_" + program.Name.Replace('-', '_');
        var script = new StringBuilder();
        script.Append($$"""
            # bash completion for {{program.Name}}; made from the text of its --help
            {{function}}() {
                local word command={{program.Name}}
                COMPREPLY=()
                for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                    case "$command $word" in
                    {{Alternatives(program.All.Skip(1).Select(command => command.Name).DefaultIfEmpty("none"))}}) command+=" $word" ;;
                    esac
                done
                word=${COMP_WORDS[COMP_CWORD]}
                case "$command ${COMP_WORDS[COMP_CWORD-1]}" in

            """);
        foreach (var (command, option) in program.All.SelectMany(command => command.Options.Where(one => one.Value is not null), (c, o) => (c, o)))
        {
            string then = option.Choices.Count == 0 ? "return" : $"""COMPREPLY=($(compgen -W "{string.Join(' ', option.Choices)}" -- "$word")); return""";
            script.Append($"    {Alternatives(option.Names.Select(name => $"{command.Name} {name}"))}) {then} ;;\n");
        }

        script.Append("    esac\n    case $command in\n");
        foreach (var command in program.All)
        {
            string words = string.Join(' ', command.Words.Select(word => word.Word));
            script.Append($"    \"{command.Name}\") COMPREPLY=($(compgen -W \"{words}\" -- \"$word\")) ;;\n");
        }

        script.Append($"    esac\n}}\ncomplete -o default -F {function} {program.Name}\n");
        return script.ToString();
    }

    private static string Alternatives(IEnumerable<string> words) => string.Join(" | ", words.Select(word => $"\"{word}\""));
}
