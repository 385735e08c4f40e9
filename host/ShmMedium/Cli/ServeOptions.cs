using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Text;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Medium.Phy;
using ShmWifi.ShmMedium.Telemetry;
using ShmWifi.ShmMedium.Terminal;

namespace ShmWifi.ShmMedium.Cli;

/// <summary>Starts a daemon.</summary>
/// <param name="fail">For the daemon to call when it cannot go on, with the reason.</param>
internal delegate Daemon DaemonFactory(DaemonConfiguration configuration, string statePath, MediumLog log, Action<DaemonFailure> fail);

/// <summary>What all commands that serve a medium have in common: options, signals, totals, exit codes.</summary>
internal sealed class ServeOptions
{
    // made before the hand-over, as all that is static
    private static readonly string s_begins =
        $"engine {Environment.ProcessId} of shm-medium {typeof(ServeOptions).Assembly.GetName().Version!.ToString(3)} begins";

    private readonly Option<FileInfo?> _config = new("--config", "-c") { Description = "Configuration in YAML (docs/configuration.md)." };
    private readonly Option<string?> _capture = new("--capture")
    {
        Description = "Writes all frames to files of this name and a number, or to this FIFO (docs/monitoring.md).",
    };

    private readonly Option<string?> _captureFormat =
        new("--capture-format") { Description = "pcapng (default), or pcap for tools that do not know it (docs/capture.md)." };

    private readonly Option<string?> _stats = new("--stats") { Description = "Writes totals as JSON to this file on SIGUSR1 and at the end." };
    private readonly Option<string?> _state = new("--state") { Description = "Where ivshmem-args and others find this daemon." };
    private readonly Option<string?> _control =
        new("--control") { Description = "Socket of the control API (docs/control.md), or none. Default: control.sock beside the state file." };
    private readonly Option<string?> _web = new("--web")
    {
        Description =
            $"Serves the map to browsers: at a port, or an address and port (docs/web.md). Default: {ListenAddress.WebPort} of this machine alone.",
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "ADDRESS",
    };

    private readonly Option<string?> _print = new("--print")
    {
        Description = "Prints a line a frame (frames), a summary each second (table) or neither (none). Default: frames on a terminal, else none.",
    };

    private readonly Option<string?> _logFile = new("--log") { Description = "Appends events and a line a frame to this file." };
    private readonly Option<string?> _logFormat =
        new("--log-format") { Description = "text or json: of the log file; without one, of what is printed." };
    private readonly Option<bool> _json = new("--json") { Description = "Prints the totals at the end as JSON." };

    /// <summary>The options.</summary>
    public ServeOptions()
    {
        _print.AcceptOnlyFromAmong("frames", "table", "none");
        _logFormat.AcceptOnlyFromAmong("text", "json");
        _captureFormat.AcceptOnlyFromAmong("pcapng", "pcap");
        _web.Validators.Add(result =>
        {
            if (result.Tokens.Count != 0 && !ListenAddress.TryParse(result.Tokens[0].Value, out _))
                result.AddError($"--web is '{result.Tokens[0].Value}'; allowed: {ListenAddress.Allowed}");
        });
    }

    /// <summary>What errors call a configuration that the command line gives.</summary>
    public static string CommandLineFile => Path.Combine(Environment.CurrentDirectory, "(command line)");

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_config, _capture, _captureFormat, _print, _logFile, _logFormat, _json, _stats, _state, _control, _web])
            command.Options.Add(option);
    }

    /// <summary>Serves until a signal.</summary>
    /// <param name="load">Reads the configuration; of null, what holds without one.</param>
    /// <param name="keeper">What has started this process as an engine, and says when it is to serve; null: this is a process of its own.</param>
    public int Serve(ParseResult parse, Func<FileInfo?, DaemonConfiguration> load, DaemonFactory newDaemon, DescriptorStore? keeper = null)
    {
        using var signals = new StopSignals(); // until all that a daemon leaves is removed; a spare waits for its keeper's word
        DaemonConfiguration configuration;
        try
        {
            configuration = Override(load(parse.GetValue(_config)), parse);
            ErrorTables.Check(configuration.Medium);
        }
        catch (ConfigurationException exception)
        {
            foreach (var error in exception.Errors)
                Console.Error.WriteLine(error);
            return 1;
        }
        if (keeper is not null && !Await(keeper, configuration))
            return 1;
        return Run(
            configuration,
            new ConsoleOutput(parse.GetValue(_print), parse.GetValue(_json)),
            parse.GetValue(_state) ?? DaemonState.DefaultPath(),
            parse.GetValue(_stats),
            newDaemon,
            keeper,
            signals);
    }

    /// <summary>Starts up as far as nothing is touched that another engine has, and waits for this one's turn.</summary>
    /// <returns>False: it will not come.</returns>
    private static bool Await(DescriptorStore keeper, DaemonConfiguration configuration)
    {
        if (!keeper.IsWanted)
        {
            using var low = LowPriority.Enter();
            MethodCompiler.Run(() => keeper.IsWanted);
            if (!keeper.IsWanted)
                _ = Rehearsal.Run(configuration, () => keeper.IsWanted);
        }
        keeper.Tell($"{NotifyMessage.Prepared}=1");
        return keeper.AwaitHandOver();
    }

    private DaemonConfiguration Override(DaemonConfiguration configuration, ParseResult parse) => configuration with
    {
        Capture = Override(configuration.Capture, parse.GetValue(_capture), parse.GetValue(_captureFormat)),
        Control = parse.GetValue(_control) is { } control
            ? ControlConfiguration.Override(configuration.Control, control)
            : configuration.Control,
        Web = parse.GetResult(_web) is null ? configuration.Web
            : ListenAddress.TryParse(parse.GetValue(_web) ?? "", out var at) ? at
            : configuration.Web ?? new IPEndPoint(IPAddress.Loopback, ListenAddress.WebPort),
        Log = new LogConfiguration(
            parse.GetValue(_logFile) is { } file ? Path.GetFullPath(file) : configuration.Log.File,
            parse.GetValue(_logFormat) switch { "text" => LogFormat.Text, "json" => LogFormat.Json, _ => configuration.Log.Format }),
    };

    private static CaptureConfiguration? Override(CaptureConfiguration? configured, string? file, string? format)
    {
        var capture = file is null ? configured : (configured ?? new CaptureConfiguration("")) with { File = Path.GetFullPath(file) };
        return capture is null || format is null ? capture : capture with { Format = format == "pcap" ? CaptureFormat.Pcap : CaptureFormat.Pcapng };
    }

    private static int Run(DaemonConfiguration configuration, ConsoleOutput output, string statePath, string? statsPath, DaemonFactory newDaemon,
        DescriptorStore? keeper, StopSignals signals)
    {
        IReadOnlyList<ILogSink> sinks;
        bool isNewLog = configuration.Log.File is { } path && !File.Exists(path);
        try
        {
            sinks = output.OpenSinks(configuration.Log);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"shm-medium: the log {configuration.Log.File} cannot be opened: {exception.Message}");
            return 1;
        }
        int code;
        MediumSnapshot? totals;
        var events = keeper is null ? null : OpenEvents(keeper); // as long as the process is there: threads that fail late write to it
        using (output)
        using (var log = new MediumLog(events, sinks))
            code = Serve(configuration, output, log, events, statePath, statsPath, newDaemon, keeper, signals, out totals);
        if (code == 0)
            events?.ForgetAll();
        if (totals is null && isNewLog && new FileInfo(configuration.Log.File!) is { Exists: true, Length: 0 })
            File.Delete(configuration.Log.File!); // of a start that was refused
        if (totals is not null)
            output.WriteTotals(totals); // below the last line
        return code;
    }

    private static EventRing? OpenEvents(DescriptorStore keeper)
    {
        try
        {
            var events = EventRing.Open(keeper);
            events.Write(LogLevel.Information, s_begins);
            return events;
        }
        catch (IOException exception)
        {
            Console.Error.WriteLine($"shm-medium: nobody will be told what happened last to this engine: {exception.Message}");
            return null;
        }
    }

    /// <summary>Writes what happened last to engines before this one.</summary>
    private static void SaveLastEvents(EventRing? events, string statePath, MediumLog log)
    {
        if (events is null or { Left: [] })
            return;
        var files = new LastEventFiles(LastEventFiles.FolderFor(statePath));
        try
        {
            var engines = files.Write(events.Left);
            events.ForgetLeft();
            foreach (int engine in engines)
                log.LastEventsSaved(engine, files.Find(engine));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Warn($"what happened last to the engine before this one cannot be written: {exception.Message}");
        }
    }

    /// <summary>Serves until SIGINT or SIGTERM, and says then what was done.</summary>
    private static int Serve(
        DaemonConfiguration configuration,
        ConsoleOutput output,
        MediumLog log,
        EventRing? events,
        string statePath,
        string? statsPath,
        DaemonFactory newDaemon,
        DescriptorStore? keeper,
        StopSignals signals,
        out MediumSnapshot? totals)
    {
        totals = null;
        DaemonFailure? failure = null;
        LastResort? lastResort = null;
        var systemd = new SystemdNotifier();
        AppDomain.CurrentDomain.UnhandledException += FailByThread;
        try
        {
            using var daemon = newDaemon(configuration, statePath, log, Fail);
            using var report = PosixSignalRegistration.Create((PosixSignal)Tmds.Linux.LibC.SIGUSR1, context =>
            {
                context.Cancel = true; // else SIGUSR1 ends the process
                WriteStats(daemon, statsPath);
            });
            if (keeper is null)
                Console.WriteLine("shm-medium: ready");
            else
                new Thread(EndWithKeeper) { Name = "keeper-watch", IsBackground = true }.Start();
            output.Start(daemon.Snapshots);
            Notify(systemd, ServiceState.Ready);
            events?.Write(LogLevel.Information, "it serves");
            var saving = Task.Run(() => SaveLastEvents(events, statePath, log), CancellationToken.None);
            var watchdog = new SystemdWatchdog(daemon.Engine, state => Notify(systemd, state));
            while (!signals.Wait(ServiceManager.WatchdogInterval))
                watchdog.Ask();
            Notify(systemd, ServiceState.Stopping);
            events?.Write(LogLevel.Information, "it stops");
            output.Dispose(); // reads no snapshots of a daemon that goes
            _ = saving.Wait(LastResort.Limit);
            WriteStats(daemon, statsPath);
            if (failure is not null)
                return failure.ExitCode;
            totals = daemon.Snapshots.Take();
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ConfigurationException
            || (exception is OperationCanceledException && failure is not null)) // of the engine, which has ended
        {
            if (failure is not null)
                return failure.ExitCode;
            Console.Error.WriteLine($"shm-medium: {exception.Message}");
            events?.Write(LogLevel.Critical, exception.Message);
            if (exception is LedgerException)
                SaveLastEvents(events, statePath, log); // the ring is dropped with all that was kept
            return exception is LedgerException ? DaemonFailure.CannotTakeOver : DaemonFailure.Environment;
        }
        finally
        {
            AppDomain.CurrentDomain.UnhandledException -= FailByThread;
            lastResort?.Dispose();
        }

        void Fail(DaemonFailure why)
        {
            if (Interlocked.CompareExchange(ref failure, why, null) is not null)
                return; // what follows from the first
            lastResort = new LastResort(why.ExitCode);
            events?.Write(LogLevel.Critical, why.Reason);
            Console.Error.WriteLine($"shm-medium: {why.Reason}");
            signals.Stop();
        }

        void EndWithKeeper()
        {
            keeper!.AwaitEnd();
            Fail(new DaemonFailure("the keeper has ended, and with it what the next engine would need: this one ends, too",
                DaemonFailure.Environment));
        }

        // The runtime aborts the process when this returns: give the end in order its time.
        void FailByThread(object sender, UnhandledExceptionEventArgs unhandled)
        {
            Fail(DaemonFailure.Of($"thread '{Thread.CurrentThread.Name}'", (Exception)unhandled.ExceptionObject));
            Thread.Sleep(LastResort.Limit);
        }
    }

    /// <summary>Tells systemd, if it asked (Type=notify).</summary>
    /// <exception cref="IOException">It asked at a socket where nobody listens.</exception>
    private static void Notify(SystemdNotifier systemd, ServiceState state)
    {
        try
        {
            systemd.Notify(state);
        }
        catch (SocketException exception)
        {
            throw new IOException($"NOTIFY_SOCKET is '{Environment.GetEnvironmentVariable("NOTIFY_SOCKET")}', where systemd cannot be told: "
                + $"{exception.Message}", exception);
        }
    }

    /// <summary>Atomically: who reads the file sees the old totals or the new ones.</summary>
    private static void WriteStats(Daemon daemon, string? path)
    {
        if (path is null)
            return;
        string temporary = path + ".new";
        File.WriteAllText(temporary,
            JsonSerializer.Serialize(daemon.Snapshots.Take() with { Collector = CollectorSnapshot.Take() }, SnapshotJson.Default.MediumSnapshot));
        File.Move(temporary, path, overwrite: true);
    }
}
