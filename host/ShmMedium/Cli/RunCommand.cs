using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using ShmWifi.Configuration;
using ShmWifi.Linux;
using ShmWifi.Medium.Console;
using ShmWifi.Medium.Systemd;
using ShmWifi.Medium.Telemetry;

namespace ShmWifi.Medium.Cli;

/// <summary><c>shm-medium run</c>: serves the air until SIGINT or SIGTERM.</summary>
public static class RunCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var config = new Option<FileInfo?>("--config", "-c") { Description = "Configuration in YAML (docs/configuration.md)." };
        var socket = new Option<string?>("--socket") { Description = "Socket for VMs that the configuration does not name. Default without a configuration: shm-medium.sock." };
        var isolation = new Option<string?>("--isolation") { Description = "shared (one region for all VMs) or per-vm (a region for each)." };
        isolation.AcceptOnlyFromAmong("shared", "per-vm");
        var capture = new Option<string?>("--capture") { Description = "Writes all frames as pcapng to this file or FIFO." };
        var stats = new Option<string?>("--stats") { Description = "Writes totals as JSON to this file on SIGUSR1 and at the end." };
        var state = new Option<string?>("--state") { Description = "Where ivshmem-args and others find this daemon." };
        var command = new Command("run", "Serves the air until SIGINT or SIGTERM.") { config, socket, isolation, capture, stats, state };
        command.SetAction((parse, cancellation) =>
        {
            MediumConfiguration configuration;
            try
            {
                configuration = Override(Load(parse.GetValue(config), parse.GetValue(socket)), parse.GetValue(isolation), parse.GetValue(capture));
            }
            catch (ConfigurationException exception)
            {
                foreach (ConfigurationError error in exception.Errors)
                    System.Console.Error.WriteLine(error);
                return Task.FromResult(1);
            }
            return Task.FromResult(Run(configuration, parse.GetValue(state) ?? DaemonState.DefaultPath(), parse.GetValue(stats), cancellation));
        });
        return command;
    }

    private static MediumConfiguration Load(FileInfo? file, string? socket)
    {
        if (file is null)
            return MediumConfiguration.Parse($"socket: \"{socket ?? "shm-medium.sock"}\"", Path.Combine(Environment.CurrentDirectory, "(command line)"));
        MediumConfiguration configuration = MediumConfiguration.Load(file.FullName);
        return socket is null ? configuration : configuration with { Socket = socket };
    }

    private static MediumConfiguration Override(MediumConfiguration configuration, string? isolation, string? capture) => configuration with
    {
        Isolation = isolation switch { "shared" => Isolation.Shared, "per-vm" => Isolation.PerVm, _ => configuration.Isolation },
        Capture = capture is null ? configuration.Capture : new CaptureConfiguration(capture),
    };

    private static int Run(MediumConfiguration configuration, string statePath, string? statsPath, CancellationToken cancellation)
    {
        using var log = new MediumLog(new TextLogSink(System.Console.Error));
        using var stopped = new ManualResetEventSlim();
        bool interrupted = false;
        try
        {
            using var daemon = new Daemon(configuration, statePath, log);
            using SystemdNotifier notifier = SystemdNotifier.FromEnvironment();
            using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
            {
                context.Cancel = true;
                interrupted = true;
                stopped.Set();
            });
            using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                stopped.Set();
            });
            using PosixSignalRegistration report = PosixSignalRegistration.Create((PosixSignal)LibC.SIGUSR1, context =>
            {
                context.Cancel = true; // else SIGUSR1 ends the process
                WriteStats(daemon, statsPath);
            });
            System.Console.WriteLine("shm-medium: ready");
            notifier.Ready();
            stopped.Wait(cancellation);
            notifier.Stopping();
            WriteStats(daemon, statsPath);
            if (interrupted)
                System.Console.WriteLine(JsonSerializer.Serialize(daemon.Snapshots.Take(), SnapshotJson.Default.MediumSnapshot));
            return 0;
        }
        catch (LibCException exception)
        {
            System.Console.Error.WriteLine($"shm-medium: {exception.Message}");
            return 1;
        }
    }

    /// <summary>Atomically: who reads the file sees the old totals or the new ones.</summary>
    private static void WriteStats(Daemon daemon, string? path)
    {
        if (path is null)
            return;
        string temporary = path + ".new";
        File.WriteAllText(temporary, JsonSerializer.Serialize(daemon.Snapshots.Take(), SnapshotJson.Default.MediumSnapshot));
        File.Move(temporary, path, overwrite: true);
    }
}
