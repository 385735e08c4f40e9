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
        var print = new Option<string?>("--print")
        {
            Description = "Prints a line a frame (frames), a summary each second (table) or neither (none). Default: frames on a terminal, else none.",
        };
        print.AcceptOnlyFromAmong("frames", "table", "none");
        var logFile = new Option<string?>("--log") { Description = "Appends events and a line a frame to this file." };
        var logFormat = new Option<string?>("--log-format") { Description = "text or json: of the log file; without one, of what is printed." };
        logFormat.AcceptOnlyFromAmong("text", "json");
        var json = new Option<bool>("--json") { Description = "Prints the totals at SIGINT as JSON." };
        var command = new Command("run", "Serves the air until SIGINT or SIGTERM; SIGINT prints the totals.")
        {
            config, socket, isolation, capture, print, logFile, logFormat, json, stats, state,
        };
        command.SetAction((parse, cancellation) =>
        {
            MediumConfiguration configuration;
            try
            {
                configuration = Override(Load(parse.GetValue(config), parse.GetValue(socket)), parse.GetValue(isolation), parse.GetValue(capture));
                configuration = OverrideLog(configuration, parse.GetValue(logFile), parse.GetValue(logFormat));
            }
            catch (ConfigurationException exception)
            {
                foreach (ConfigurationError error in exception.Errors)
                    System.Console.Error.WriteLine(error);
                return Task.FromResult(1);
            }
            return Task.FromResult(Run(
                configuration,
                new ConsoleOutput(parse.GetValue(print), parse.GetValue(json)),
                parse.GetValue(state) ?? DaemonState.DefaultPath(),
                parse.GetValue(stats),
                cancellation));
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

    private static MediumConfiguration OverrideLog(MediumConfiguration configuration, string? file, string? format) => configuration with
    {
        Log = new LogConfiguration(
            file is null ? configuration.Log.File : Path.GetFullPath(file),
            format switch { "text" => LogFormat.Text, "json" => LogFormat.Json, _ => configuration.Log.Format }),
    };

    private static int Run(MediumConfiguration configuration, ConsoleOutput output, string statePath, string? statsPath, CancellationToken cancellation)
    {
        IReadOnlyList<ILogSink> sinks;
        try
        {
            sinks = output.OpenSinks(configuration.Log);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            System.Console.Error.WriteLine($"shm-medium: the log {configuration.Log.File} cannot be opened: {exception.Message}");
            return 1;
        }
        int code;
        MediumSnapshot? totals;
        using (output)
        using (var log = new MediumLog(sinks))
            code = Serve(configuration, output, log, statePath, statsPath, cancellation, out totals);
        if (totals is not null)
            output.WriteTotals(totals); // below the last line
        return code;
    }

    /// <summary>Serves until a signal; when that was SIGINT, says what was done.</summary>
    private static int Serve(
        MediumConfiguration configuration,
        ConsoleOutput output,
        MediumLog log,
        string statePath,
        string? statsPath,
        CancellationToken cancellation,
        out MediumSnapshot? totals)
    {
        totals = null;
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
            output.Start(daemon.Snapshots);
            notifier.Ready();
            stopped.Wait(cancellation);
            notifier.Stopping();
            output.Dispose(); // reads no snapshots of a daemon that goes
            WriteStats(daemon, statsPath);
            if (interrupted)
                totals = daemon.Snapshots.Take();
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
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
        File.WriteAllText(temporary, JsonSerializer.Serialize(daemon.Snapshots.Take() with { Collector = CollectorSnapshot.Take() }, SnapshotJson.Default.MediumSnapshot));
        File.Move(temporary, path, overwrite: true);
    }
}
