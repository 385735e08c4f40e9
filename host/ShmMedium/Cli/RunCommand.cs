using System.CommandLine;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Ports.Sockets;

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
        var command = new Command("run",
            "Serves the medium until SIGINT or SIGTERM, then prints the totals. SIGHUP: takes program and configuration anew.");
        common.AddTo(command);
        command.Options.Add(socket);
        command.Options.Add(isolation);
        var keeper = new Option<string>("--keeper")
        {
            Description = "own (a small parent keeps sockets and starts the engine anew when it ends), systemd (the same, and systemd keeps them "
                + "across restarts of the service: FileDescriptorStoreMax=) or none (one process, for debuggers).",
            DefaultValueFactory = _ => "own",
        };
        keeper.AcceptOnlyFromAmong("own", "systemd", "none");
        var handOver = new Option<int?>(EngineProcess.HandOverOption) { Hidden = true }; // of an engine that a keeper has started
        command.Options.Add(keeper);
        command.Options.Add(handOver);
        command.SetAction(parse =>
            parse.GetValue(handOver) is null && parse.GetValue(keeper) != "none" ? Keep(parse, IsSystemds(parse)) : Serve(parse));
        return command;

        bool IsSystemds(ParseResult parse) => parse.GetValue(keeper) == "systemd";

        int Serve(ParseResult parse)
        {
            using var store = parse.GetValue(handOver) is { } descriptor
                ? new DescriptorStore(descriptor, Environment.GetEnvironmentVariable("NOTIFY_SOCKET") ?? "", IsSystemds(parse))
                : null;
            return common.Serve(
                parse,
                file => Override(Load(file, parse.GetValue(socket)), parse.GetValue(isolation)),
                (configuration, statePath, log, fail) =>
                    new Daemon(configuration, statePath, log, fail, (IDescriptorStore?)store ?? new NoDescriptorStore()),
                store);
        }
    }

    private static int Keep(ParseResult parse, bool isSystemds)
    {
        try
        {
            using var systemd = ServiceManager.Connect();
            using var kept = isSystemds ? TakeOver(systemd) : new KeptDescriptors(DescriptorBudget.Kept());
            using var keeper = new EngineKeeper(OwnProgram.Words, [.. parse.Tokens.Select(token => token.Value)], kept, systemd);
            return keeper.Run();
        }
        catch (Exception exception) when (exception is IOException or System.ComponentModel.Win32Exception)
        {
            Console.Error.WriteLine($"shm-medium: {exception.Message}");
            return 1;
        }
    }

    private static KeptDescriptors TakeOver(ServiceManager? systemd) => KeptDescriptors.TakeOver(
        systemd ?? throw new IOException("--keeper systemd is for a unit of Type=notify, and NOTIFY_SOCKET is not set: --keeper own is for the rest"),
        DescriptorBudget.Kept());

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
