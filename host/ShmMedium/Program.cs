using System.CommandLine;
using System.CommandLine.Invocation;
using ShmWifi.ShmMedium.Cli;

var root = new RootCommand("ShmWifi's daemon: one 802.11 medium for many QEMU VMs, or for the radios of this machine.")
{
    RunCommand.Create(),
    LocalCommand.Create(),
    new CtlCommand(),
    new TopCommand(),
    new Command("config", "About configurations.") { new ConfigCheckCommand() },
    new Command("import", "Converts configurations of other programs.") { new ImportCommand() },
};
var parse = root.Parse(args);
return parse.Action is ParseErrorAction ? UsageError.Tell(parse, Console.Error) : await parse.InvokeAsync();
