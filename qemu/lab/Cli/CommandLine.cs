using System.CommandLine;
using Spectre.Console;

namespace ShmWifi.Lab.Cli;

/// <summary>Runs a program's command line as all programs of the lab do.</summary>
internal static class CommandLine
{
    /// <summary>Runs it.</summary>
    /// <param name="plainWidth">Columns of what is printed to a file or a pipe: wide enough for the program's tables.</param>
    /// <returns>The exit code: the command's, 1 after a <see cref="LabException"/>, 130 after Ctrl-C.</returns>
    public static async Task<int> RunAsync(RootCommand root, string[] arguments, int plainWidth)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Capabilities.Ansi = false;
            AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
            AnsiConsole.Profile.Width = plainWidth;
        }

        try
        {
            return await root.Parse(arguments).InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(30), // what was started ends in order after Ctrl-C
            });
        }
        catch (LabException exception)
        {
            Console.Error.WriteLine($"shmwifi: {exception.Message}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("shmwifi: interrupted; all that was started is ended");
            return 130;
        }
    }
}
