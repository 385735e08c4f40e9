using System.CommandLine;
using ShmWifi.Lab;
using ShmWifi.Lab.Cli;
using ShmWifi.Lab.Demo;
using Spectre.Console;

if (Console.IsOutputRedirected)
{
    // Plain lines for logs and pipes, wide enough for the tables.
    AnsiConsole.Profile.Capabilities.Ansi = false;
    AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
    AnsiConsole.Profile.Width = 120;
}

var root = new RootCommand("Virtual machines on one Wi-Fi air.")
{
    new Command("lab", "A lab of VMs on one air.")
    {
        UpCommand.Create(),
        StatusCommand.Create(),
        ExecCommand.Create(),
        AttachCommand.Create(),
        ConsoleCommand.Create(),
        DownCommand.Create(),
        SuperviseCommand.Create(),
    },
    DemoCommand.Create(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = TimeSpan.FromSeconds(30), // the VMs and the daemon end in order after Ctrl-C
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
