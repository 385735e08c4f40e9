using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using ShmWifi.Configuration;
using ShmWifi.Linux;
using ShmWifi.Medium.Console;
using ShmWifi.Medium.Systemd;
using ShmWifi.Medium.Telemetry;

namespace ShmWifi.Medium.Cli;

/// <summary>Starts a daemon.</summary>
/// <param name="configuration">What it is to do.</param>
/// <param name="statePath">Where others find it.</param>
/// <param name="log">What happens, for people.</param>
/// <param name="fail">For the daemon to call when it cannot go on, with the reason.</param>
internal delegate Daemon DaemonFactory(MediumConfiguration configuration, string statePath, MediumLog log, Action<string> fail);

/// <summary>What all commands that serve an air have in common: options, signals, totals, exit codes.</summary>
internal sealed class ServeOptions
{
    private readonly Option<FileInfo?> _config = new("--config", "-c") { Description = "Configuration in YAML (docs/configuration.md)." };
    private readonly Option<string?> _capture = new("--capture") { Description = "Writes all frames as pcapng to this file or FIFO." };
    private readonly Option<string?> _stats = new("--stats") { Description = "Writes totals as JSON to this file on SIGUSR1 and at the end." };
    private readonly Option<string?> _state = new("--state") { Description = "Where ivshmem-args and others find this daemon." };
    private readonly Option<string?> _control = new("--control") { Description = "Socket of the control API (docs/control.md), or none. Default: control.sock beside the state file." };
    private readonly Option<string?> _print = new("--print")
    {
        Description = "Prints a line a frame (frames), a summary each second (table) or neither (none). Default: frames on a terminal, else none.",
    };

    private readonly Option<string?> _logFile = new("--log") { Description = "Appends events and a line a frame to this file." };
    private readonly Option<string?> _logFormat = new("--log-format") { Description = "text or json: of the log file; without one, of what is printed." };
    private readonly Option<bool> _json = new("--json") { Description = "Prints the totals at SIGINT as JSON." };

    /// <summary>The options.</summary>
    public ServeOptions()
    {
        _print.AcceptOnlyFromAmong("frames", "table", "none");
        _logFormat.AcceptOnlyFromAmong("text", "json");
    }

    /// <summary>What errors call a configuration that the command line gives.</summary>
    public static string CommandLineFile => Path.Combine(Environment.CurrentDirectory, "(command line)");

    /// <summary>Adds the options.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_config, _capture, _print, _logFile, _logFormat, _json, _stats, _state, _control])
            command.Options.Add(option);
    }

    /// <summary>Serves until a signal.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="load">Reads the configuration; of null, what holds without one.</param>
    /// <param name="newDaemon">Starts the daemon.</param>
    /// <param name="cancellation">Ends it, too.</param>
    /// <returns>The exit code.</returns>
    public int Serve(ParseResult parse, Func<FileInfo?, MediumConfiguration> load, DaemonFactory newDaemon, CancellationToken cancellation)
    {
        MediumConfiguration configuration;
        try
        {
            configuration = Override(load(parse.GetValue(_config)), parse);
        }
        catch (ConfigurationException exception)
        {
            foreach (ConfigurationError error in exception.Errors)
                System.Console.Error.WriteLine(error);
            return 1;
        }
        return Run(
            configuration,
            new ConsoleOutput(parse.GetValue(_print), parse.GetValue(_json)),
            parse.GetValue(_state) ?? DaemonState.DefaultPath(),
            parse.GetValue(_stats),
            newDaemon,
            cancellation);
    }

    private MediumConfiguration Override(MediumConfiguration configuration, ParseResult parse) => configuration with
    {
        Capture = parse.GetValue(_capture) is { } capture ? new CaptureConfiguration(capture) : configuration.Capture,
        Control = parse.GetValue(_control) is { } control ? ControlConfiguration.Of(control) : configuration.Control,
        Log = new LogConfiguration(
            parse.GetValue(_logFile) is { } file ? Path.GetFullPath(file) : configuration.Log.File,
            parse.GetValue(_logFormat) switch { "text" => LogFormat.Text, "json" => LogFormat.Json, _ => configuration.Log.Format }),
    };

    private static int Run(MediumConfiguration configuration, ConsoleOutput output, string statePath, string? statsPath, DaemonFactory newDaemon, CancellationToken cancellation)
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
            code = Serve(configuration, output, log, statePath, statsPath, newDaemon, cancellation, out totals);
        if (totals is not null)
            output.WriteTotals(totals); // below the last line
        return code;
    }

    /// <summary>Serves until SIGINT or SIGTERM, and says then what was done.</summary>
    private static int Serve(
        MediumConfiguration configuration,
        ConsoleOutput output,
        MediumLog log,
        string statePath,
        string? statsPath,
        DaemonFactory newDaemon,
        CancellationToken cancellation,
        out MediumSnapshot? totals)
    {
        totals = null;
        using var stopped = new ManualResetEventSlim();
        bool interrupted = false;
        string? failure = null;
        try
        {
            using Daemon daemon = newDaemon(configuration, statePath, log, reason =>
            {
                failure = reason;
                stopped.Set();
            });
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
                interrupted = true;
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
            if (failure is not null)
                System.Console.Error.WriteLine($"shm-medium: {failure}");
            return failure is null ? 0 : 1;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ConfigurationException)
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
