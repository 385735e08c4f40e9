using System.CommandLine;
using ShmWifi.Configuration;

namespace ShmWifi.ShmMedium.Cli;

/// <summary><c>shm-medium local</c>: the same medium for the hwsim radios of this machine's kernel; no VMs.</summary>
internal static class LocalCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var common = new ServeOptions();
        var command = new Command(
            "local",
            "Is the medium of this machine's own mac80211_hwsim radios, in whichever network namespaces they are, until SIGINT or SIGTERM, then "
                + "prints the totals. No VMs (docs/local.md).");
        common.AddTo(command);
        command.SetAction((parse, cancellation) => Task.FromResult(common.Serve(parse, Load, Daemon.ForThisKernel, cancellation)));
        return command;
    }

    private static DaemonConfiguration Load(FileInfo? file) => file is null
        ? DaemonConfiguration.Parse("{}", ServeOptions.CommandLineFile, needsVms: false)
        : DaemonConfiguration.Load(file.FullName, needsVms: false);
}
