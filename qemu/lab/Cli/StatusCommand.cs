using System.CommandLine;
using System.Text.Json;
using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Topologies;
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
        var counters = new Option<bool>("--counters") { Description = "Ask the guests, too, what they counted." };
        var command = new Command("status", "Show the running lab. Exit code 1: shm-medium or a VM of it has ended.") { name, json, counters };
        command.SetAction(async (result, cancellation) =>
        {
            var state = LabOptions.Find(result.GetValue(name)).ReadRunning();
            if (result.GetValue(counters))
                state = state with { Vms = await Task.WhenAll(state.Vms.Select(vm => CountAsync(state.Name, vm, cancellation))) };
            if (result.GetValue(json))
                Console.WriteLine(JsonSerializer.Serialize(state, LabStateJson.Default.LabState));
            else
                Print(state);
            return state.Problems.Count == 0 ? 0 : 1;
        });
        return command;
    }

    /// <summary>Prints a lab as a table.</summary>
    public static void Print(LabState state)
    {
        AnsiConsole.MarkupInterpolated($"lab [bold]{state.Name}[/] is {state.Phase}: {state.Accel ?? "?"}, isolation {state.Isolation}, ");
        AnsiConsole.MarkupLineInterpolated($"supervisor {state.Supervisor.Id}, shm-medium {Media(state)}");
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("VM", "role", "kernel", "path", "process", "wired", "network", "Wi-Fi", "associated");
        foreach (var vm in state.Vms)
        {
            table.AddRow(
                Markup.Escape(vm.Name),
                vm.Role,
                vm.Kernel,
                vm.Path ?? "-",
                Describe(vm.Process, absent: "gone"),
                vm.WiredAddress ?? "-",
                Markup.Escape(vm.Ssid ?? "-"),
                vm.WifiAddress ?? "-",
                vm.AssociationMs is { } ms ? $"{ms:0} ms" : "-");
        }

        AnsiConsole.Write(table);
        if (state.Vms.Any(vm => vm.Counters != null))
            AnsiConsole.Write(Counters(state));
        foreach (string problem in state.Problems)
            AnsiConsole.MarkupLineInterpolated($"[red]{problem}[/]");
        string folder = new LabDirectory(state.Name).Path;
        Console.WriteLine($"logs: {folder}");
        foreach (string? host in state.MediumHosts)
            Console.WriteLine($"capture: {MediumProcess.CaptureFile(MediumProcess.FolderOf(folder, host))}");
    }

    private static string Media(LabState state) => state.Hosts.Count == 0
        ? Describe(state.Medium, absent: "none")
        : string.Join(", ", state.Hosts.Select(host => $"{Describe(host.Medium, absent: "gone")} ({host.Name})"));

    private static string Describe(ProcessIdentity? process, string absent) => process is null ? absent : process.IsAlive ? $"{process.Id}" : "gone";

    private static async Task<VmState> CountAsync(string lab, VmState vm, CancellationToken cancellation)
    {
        if (vm.Path is not ("user" or "kernel"))
            return vm; // nothing of ours is there to count
        using var guest = new GuestExecutor(vm.Name, new LabDirectory(lab).Vm(vm.Name), vm.SerialLog);
        return vm with { Counters = await GuestCounters.TakeAsync(guest, vm.Path == "kernel" ? FramePath.Kernel : FramePath.User, cancellation) };
    }

    private static Table Counters(LabState state)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("guest", "frames sent", "dropped", "received", "doorbells");
        foreach (var vm in state.Vms.Where(vm => vm.Counters != null))
            table.AddRow(Markup.Escape(vm.Name), $"{vm.Counters!.TxFrames}", $"{vm.Counters.TxDropped}", $"{vm.Counters.RxFrames}",
                $"{vm.Counters.Doorbells}");
        return table;
    }
}
