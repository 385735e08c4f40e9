using System.CommandLine;
using ShmWifi.ShmMedium.Cli.Ctl;

namespace ShmWifi.ShmMedium.Cli;

/// <summary><c>shm-medium ctl</c>: reads and changes the medium of a running daemon, by its control API.</summary>
internal sealed class CtlCommand : Command
{
    /// <summary>Makes the command.</summary>
    public CtlCommand()
        : base("ctl",
            "Reads and changes the medium of a running daemon (docs/control.md). Exit codes: 0, or 1 when the daemon refuses or is not there.")
    {
        var session = new CtlSession("ctl");
        foreach (var option in session.Options)
            Add(option);
        Add(new CtlGetCommand(session));
        Add(CtlSetCommands.Create(session));
        Add(CtlUnsetCommands.Create(session));
        Add(new CtlWatchCommand(session));
        Add(CtlScenarioCommands.Create(session));
        Add(CtlCaptureCommands.Create(session));
        Add(new CtlSaveCommand(session));
    }
}
