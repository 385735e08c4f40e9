using System.CommandLine;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.ShmMedium.Cli;

/// <summary><c>shm-medium run</c>: serves the medium until SIGINT or SIGTERM.</summary>
internal static class RunCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var common = new ServeOptions();
        var socket = new Option<string?>(
            "--socket")
        { Description = "Socket for VMs that the configuration does not name. Default without a configuration: shm-medium.sock." };
        var isolation = new Option<string?>("--isolation") { Description = "shared (one region for all VMs) or per-vm (a region for each)." };
        isolation.AcceptOnlyFromAmong("shared", "per-vm");
        var command = new Command("run", "Serves the medium until SIGINT or SIGTERM, then prints the totals.");
        common.AddTo(command);
        command.Options.Add(socket);
        command.Options.Add(isolation);
        command.SetAction((parse, cancellation) => Task.FromResult(common.Serve(
            parse,
            file => Override(Load(file, parse.GetValue(socket)), parse.GetValue(isolation)),
            static (configuration, statePath, log, fail) => new Daemon(configuration, statePath, log, fail, new NoDescriptorStore()),
            cancellation)));
        return command;
    }

    private static DaemonConfiguration Load(FileInfo? file, string? socket)
    {
        if (file is null)
            return DaemonConfiguration.Parse($"socket: \"{socket ?? "shm-medium.sock"}\"", ServeOptions.CommandLineFile);
        var configuration = DaemonConfiguration.Load(file.FullName);
        return socket is null ? configuration : configuration with { Socket = socket };
    }

    private static DaemonConfiguration Override(DaemonConfiguration configuration, string? isolation) => configuration with
    {
        Isolation = isolation switch { "shared" => Isolation.Shared, "per-vm" => Isolation.PerVm, _ => configuration.Isolation },
    };
}
