using System.CommandLine;
using System.Text.Json;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Processes;
using Spectre.Console;

namespace ShmWifi.Lab.Cli;

/// <summary><c>lab status</c>.</summary>
internal static class StatusCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var name = LabOptions.Name();
        var json = new Option<bool>("--json") { Description = "The state as JSON." };
        var command = new Command("status", "Show the running lab.") { name, json };
        command.SetAction(result =>
        {
            var state = LabOptions.Find(result.GetValue(name)).ReadRunning();
            if (result.GetValue(json))
                Console.WriteLine(JsonSerializer.Serialize(state, LabStateJson.Default.LabState));
            else
                Print(state);
            return 0;
        });
        return command;
    }

    /// <summary>Prints a lab as a table.</summary>
    /// <param name="state">The lab.</param>
    public static void Print(LabState state)
    {
        AnsiConsole.MarkupLineInterpolated($"lab [bold]{state.Name}[/] is {state.Phase}: {state.Accel ?? "?"}, isolation {state.Isolation}, supervisor {state.Supervisor.Id}, shm-medium {state.Medium?.ToString() ?? "none"}");
        var table = new Table().Border(TableBorder.Simple).AddColumns("VM", "role", "kernel", "path", "QEMU", "wired", "network", "Wi-Fi", "associated");
        foreach (var vm in state.Vms)
        {
            table.AddRow(
                Markup.Escape(vm.Name),
                vm.Role,
                vm.Kernel,
                vm.Path ?? "-",
                ProcessIdentity.Of(vm.ProcessId) == null ? "[red]gone[/]" : $"{vm.ProcessId}",
                vm.WiredAddress,
                Markup.Escape(vm.Ssid ?? "-"),
                vm.WifiAddress ?? "-",
                vm.AssociationMs is { } ms ? $"{ms:0} ms" : "-");
        }

        AnsiConsole.Write(table);
        var folder = new LabDirectory(state.Name).Path;
        Console.WriteLine($"logs: {folder}");
        if (state.Medium != null)
            Console.WriteLine($"capture: {MediumProcess.CaptureFile(folder)}");
    }
}
