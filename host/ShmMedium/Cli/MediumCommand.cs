using System.CommandLine;
using ShmWifi.ShmMedium.Cli.Diff;
using ShmWifi.ShmMedium.Cli.Extcap;

namespace ShmWifi.ShmMedium.Cli;

/// <summary><c>shm-medium</c> with all of its commands.</summary>
internal sealed class MediumCommand : RootCommand
{
    /// <summary>Makes the command.</summary>
    public MediumCommand()
        : base("ShmWifi's daemon: one 802.11 medium for many QEMU VMs, or for the radios of this machine.")
    {
        Add(RunCommand.Create());
        Add(LocalCommand.Create());
        Add(new CtlCommand());
        Add(new TopCommand());
        Add(new Command("trunk", "About the other hosts of a medium (docs/trunk.md).") { new TrunkStatusCommand() });
        Add(new ExtcapCommand());
        Add(new DiffCommand());
        Add(new Command("config", "About configurations.") { new ConfigCheckCommand() });
        Add(new Command("import", "Converts configurations of other programs.") { new ImportCommand() });
    }
}
