using System.CommandLine;
using System.Diagnostics;
using static Tmds.Linux.LibC;

namespace ShmWifi.Lab.Cli;

/// <summary><c>lab down</c>.</summary>
internal static class DownCommand
{
    private static readonly TimeSpan OrderlyLimit = TimeSpan.FromSeconds(30);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var name = LabOptions.Name();
        var command = new Command("down", "End the lab; its logs and capture stay.") { name };
        command.SetAction(async (result, cancellation) =>
        {
            var directory = LabOptions.Find(result.GetValue(name));
            var state = directory.ReadRunning();
            var supervisor = state.Supervisor;
            _ = kill(supervisor.Id, SIGTERM);
            for (var clock = Stopwatch.StartNew(); supervisor.IsAlive;)
            {
                if (clock.Elapsed > OrderlyLimit)
                    _ = kill(supervisor.Id, SIGKILL); // the kernel ends its children with it
                await Task.Delay(50, cancellation);
            }

            AttachCommand.End(state);
            Console.WriteLine($"the lab is down; logs and capture: {directory.Path}");
            return 0;
        });
        return command;
    }
}
