using System.Text;

namespace ShmWifi.Manual;

/// <summary>Writes what fish completes a program's command line with.</summary>
internal static class FishCompletion
{
    /// <summary>The script: fish itself completes files where a value or an argument may be anything.</summary>
    public static string Write(CommandHelp program)
    {
        string function = $"__{program.Name.Replace('-', '_')}_is_at";
        var script = new StringBuilder();
        script.Append($$"""
            # fish completion for {{program.Name}}; made from the text of its --help
            function {{function}}
                set -l command {{program.Name}}
                for word in (commandline -opc)[2..-1]
                    if contains -- "$command $word" {{string.Join(' ', program.All.Skip(1).Select(command => $"'{command.Name}'"))}}
                        set command "$command $word"
                    end
                end
                test "$command" = "$argv"
            end

            """);
        foreach (var command in program.All)
        {
            string condition = $"complete -c {program.Name} -n '{function} {command.Name}'";
            foreach (var below in command.Commands)
                script.Append($"{condition} -f -a {below.Word} -d '{Quoted(below.Description)}'\n");
            foreach (var option in command.Options)
            {
                string value = option switch
                {
                    { Value: null } => "",
                    { Choices.Count: > 0 } => $" -x -a '{string.Join(' ', option.Choices)}'",
                    _ => " -r",
                };
                script.Append($"{condition}{string.Concat(option.Names.Select(Name))}{value} -d '{Quoted(option.Description)}'\n");
            }
        }

        return script.ToString();
    }

    private static string Name(string name) => name switch
    {
        ['-', '-', .. var rest] => $" -l {rest}",
        ['-', var letter] => $" -s '{letter}'",
        _ => $" -o {name[1..]}",
    };

    private static string Quoted(string text) =>
        text.Split('\n')[0].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
}
