using System.CommandLine;
using System.Diagnostics;
using ShmWifi.Lab.Instances;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Processes;
using Spectre.Console;

namespace ShmWifi.Lab.Cli;

/// <summary><c>lab attach</c>: tmux with the consoles of all VMs, the medium and a shell side by side.</summary>
internal static class AttachCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var name = LabOptions.Name();
        var command = new Command("attach", "Open tmux: the VMs' consoles, the medium and a shell side by side.") { name };
        command.SetAction(async (result, cancellation) =>
        {
            var state = LabOptions.Find(result.GetValue(name)).ReadRunning();
            if (Console.IsInputRedirected || Console.IsOutputRedirected)
                throw new LabException("attach needs a terminal");
            string session = Session(state);
            if (!Exists(session))
                Build(session, state);
            string attach = Environment.GetEnvironmentVariable("TMUX") == null ? "attach-session" : "switch-client";
            using var tmux = Process.Start("tmux", [attach, "-t", session]);
            await tmux.WaitForExitAsync(cancellation);
            return tmux.ExitCode;
        });
        return command;
    }

    /// <summary>Makes the session: the medium's tables across the top, which want the
    /// width, and below a pane for each VM and one for a shell.</summary>
    internal static void Build(string session, LabState state)
    {
        string self = ShellQuote.Join(["dotnet", typeof(AttachCommand).Assembly.Location]);
        var panes = state.Vms.Select(vm => (vm.Name, Command: $"{self} lab console --lab {state.Name} {vm.Name}")).ToList();
        panes.Add(("shell", Environment.GetEnvironmentVariable("SHELL") is { Length: > 0 } shell ? shell : "/bin/sh"));

        HostCommand.Run("tmux", "new-session", "-d", "-s", session, "-c", Checkout.Root, "-x", "200", "-y", "50", panes[0].Command);
        Tmux("set-option", "-t", session, "remain-on-exit", "on");
        Tmux("set-option", "-t", session, "pane-border-status", "top");
        Tmux("set-option", "-t", session, "pane-border-format", " #{pane_title} ");
        Tmux("select-pane", "-t", session, "-T", panes[0].Name);
        foreach (var (title, command) in panes[1..])
        {
            Tmux("split-window", "-t", session, "-c", Checkout.Root, command);
            Tmux("select-pane", "-t", session, "-T", title);
            Tmux("select-layout", "-t", session, "tiled");
        }

        foreach (string? host in state.MediumHosts)
        {
            string control = MediumProcess.ControlSocket(MediumProcess.FolderOf(new LabDirectory(state.Name).Path, host));
            string top = ShellQuote.Join(["dotnet", Checkout.Medium, "top", "--socket", control]);
            string pane = HostCommand.Run(
                "tmux", "split-window", "-t", session, "-fvbd", "-l", "50%", "-P", "-F", "#{pane_id}", "-c", Checkout.Root, top).Output.Trim();
            Tmux("select-pane", "-t", pane, "-T", host ?? "medium");
        }
    }

    /// <summary>Ends the session of a lab, if there is one.</summary>
    internal static void End(LabState state)
    {
        if (Exists(Session(state)))
            Tmux("kill-session", "-t", Session(state));
    }

    /// <summary>Named after the supervisor too: the panes of an earlier lab are of no use to the next.</summary>
    private static string Session(LabState state) => $"shmwifi-{state.Name}-{state.Supervisor.Id}";

    private static bool Exists(string session)
    {
        using var tmux =
            Process.Start(new ProcessStartInfo("tmux", ["has-session", "-t", session]) { RedirectStandardError = true, UseShellExecute = false })!;
        tmux.WaitForExit();
        return tmux.ExitCode == 0;
    }

    private static void Tmux(params string[] arguments) => HostCommand.Run(["tmux", .. arguments]);
}
