using Spectre.Console;

namespace ShmWifi.ShmMedium.Terminal;

/// <summary>Standard output as the user has it: a terminal with colours, one without, or a file.</summary>
internal static class StandardOutput
{
    private const int FileWidth = 200; // columns for tables that go to a file

    /// <summary>Whether people look at it.</summary>
    public static bool IsTerminal => !Console.IsOutputRedirected;

    /// <summary>Whether lines may be coloured: on a terminal, unless NO_COLOR is set (no-color.org) or TERM is dumb.</summary>
    public static bool HasColors => IsTerminal && WantsColors;

    /// <summary>The same for standard error.</summary>
    public static bool ErrorHasColors => !Console.IsErrorRedirected && WantsColors;

    private static bool WantsColors =>
        Environment.GetEnvironmentVariable("NO_COLOR") is null or "" && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>Standard output for tables.</summary>
    public static IAnsiConsole OpenForTables() => OpenForTables(Console.Out, IsTerminal, HasColors);

    /// <summary>A console for tables on any writer.</summary>
    /// <param name="isTerminal">Whether it understands ANSI sequences and has a width.</param>
    internal static IAnsiConsole OpenForTables(TextWriter writer, bool isTerminal, bool hasColors)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = hasColors ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
            console.Profile.Width = FileWidth;
        return console;
    }
}
