using System.Diagnostics;
using Spectre.Console;

namespace ShmWifi.Lab;

/// <summary>Tells what is going on: a line for each step done, and on a terminal what is being done now.</summary>
internal sealed class Progress
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly StatusContext? _live;

    private Progress(StatusContext? live) => _live = live;

    /// <summary>Runs an action with progress on standard output.</summary>
    /// <param name="action">What is done.</param>
    public static async Task RunAsync(Func<Progress, Task> action)
    {
        if (AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected)
            await AnsiConsole.Status().StartAsync("starting", context => action(new Progress(context)));
        else
            await action(new Progress(null));
    }

    /// <summary>Says what is being done now; shown on a terminal only.</summary>
    /// <param name="what">Such as "booting ap".</param>
    public void Now(string what) => _live?.Status(Markup.Escape(what));

    /// <summary>Writes a line about what was done.</summary>
    /// <param name="what">Such as "ap is up".</param>
    public void Done(string what) => AnsiConsole.MarkupLineInterpolated($"[grey]{_clock.Elapsed.TotalSeconds,6:0.0} s[/]  {what}");
}
