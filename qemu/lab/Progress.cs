using System.Diagnostics;
using Spectre.Console;

namespace ShmWifi.Lab;

/// <summary>Tells what is going on: a line for each step done, and on a terminal what is being done now.</summary>
internal sealed class Progress
{
    private const int PlainWidth = 1000; // a line stays a line in a file

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly IAnsiConsole _console;
    private readonly StatusContext? _live;

    private Progress(IAnsiConsole console, StatusContext? live)
    {
        _console = console;
        _live = live;
    }

    /// <summary>Runs an action with progress on standard output.</summary>
    public static Task RunAsync(Func<Progress, Task> action) => RunAsync(AnsiConsole.Console, Console.IsOutputRedirected, action);

    /// <summary>Runs an action with progress on standard error.</summary>
    public static Task RunOnErrorAsync(Func<Progress, Task> action)
    {
        var settings = new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) };
        if (Console.IsErrorRedirected)
            (settings.Ansi, settings.ColorSystem) = (AnsiSupport.No, ColorSystemSupport.NoColors);
        var console = AnsiConsole.Create(settings);
        if (Console.IsErrorRedirected)
            console.Profile.Width = PlainWidth;
        return RunAsync(console, Console.IsErrorRedirected, action);
    }

    /// <summary>Says what is being done now; shown on a terminal only.</summary>
    /// <param name="what">Such as "booting ap".</param>
    public void Now(string what) => _live?.Status(Markup.Escape(what));

    /// <summary>Writes a line about what was done.</summary>
    /// <param name="what">Such as "ap is up".</param>
    public void Done(string what) => _console.MarkupLineInterpolated($"[grey]{_clock.Elapsed.TotalSeconds,6:0.0} s[/]  {what}");

    private static async Task RunAsync(IAnsiConsole console, bool isRedirected, Func<Progress, Task> action)
    {
        if (console.Profile.Capabilities.Interactive && !isRedirected)
            await console.Status().StartAsync("starting", context => action(new Progress(console, context)));
        else
            await action(new Progress(console, null));
    }
}
