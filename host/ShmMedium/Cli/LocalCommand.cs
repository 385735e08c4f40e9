using System.CommandLine;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Keeper;

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
                + "prints the totals. No VMs: run serves both, with 'local: true' in its configuration (docs/local.md).");
        common.AddTo(command);
        command.SetAction(parse => common.Serve(
            parse,
            file => OfThisKernel(Load(file)),
            (configuration, statePath, log, fail) => new Daemon(configuration, statePath, log, fail, new NoDescriptorStore())));
        return command;
    }

    private static DaemonConfiguration Load(FileInfo? file) => file is null
        ? DaemonConfiguration.Parse("{}", ServeOptions.CommandLineFile, needsVms: false)
        : DaemonConfiguration.Load(file.FullName, needsVms: false);

    /// <summary>What the file says of VMs and their sockets has no meaning here.</summary>
    private static DaemonConfiguration OfThisKernel(DaemonConfiguration configuration) => configuration with
    {
        Local = true,
        Isolation = Isolation.Shared,
        Geometry = configuration.Geometry with { Ports = 1 },
        Socket = null,
        Vms = [],
    };
}
