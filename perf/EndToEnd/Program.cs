using System.CommandLine;
using ShmWifi.Lab;
using ShmWifi.Perf.EndToEnd;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.Perf.EndToEnd.Rings;
using ShmWifi.Perf.EndToEnd.Vm;
using Spectre.Console;

if (Console.IsOutputRedirected)
{
    // Plain lines for logs and pipes, wide enough for the tables.
    AnsiConsole.Profile.Capabilities.Ansi = false;
    AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
    AnsiConsole.Profile.Width = 220;
}

try
{
    var command = BenchCommand.Create([new RingsGroup(), new RelayGroup(), new VmGroup()]);
    command.Add(RelayCommand.Create());
    return await command.Parse(args).InvokeAsync(new InvocationConfiguration
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
catch (Exception exception)
{
    Console.Error.WriteLine(exception); // a fault of the bench itself: with its stack trace
    return 1;
}
