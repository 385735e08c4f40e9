using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ShmWifi.Lab;
using static Tmds.Linux.LibC;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>A .NET program of this folder as a process of its own; ready once it says so, gone when disposed or when the thread that started it ends.</summary>
internal sealed class RelayProcess : IDisposable
{
    /// <summary>What a helper of the bench says when it is ready.</summary>
    public const string Ready = "relay: ready";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly Process _process;
    private readonly string _name;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RelayProcess(string program, string readyLine, IEnumerable<string> arguments)
    {
        _name = program;
        string host = Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own : "dotnet";
        // A session of its own, so that Ctrl-C leaves its end to us; no longer life than ours, however we end.
        string[] command = ["setpriv", "--pdeathsig", "KILL", host, Path.Combine(AppContext.BaseDirectory, program + ".dll"), .. arguments];
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("setsid", command) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true },
            EnableRaisingEvents = true,
        };
        _process.OutputDataReceived += (_, line) => Add(line.Data, readyLine);
        _process.ErrorDataReceived += (_, line) => Add(line.Data, readyLine);
        _process.Exited += (_, _) => _ready.TrySetException(new LabException($"{_name} ended at once"));
    }

    /// <summary>Its process ID.</summary>
    public int Id => _process.Id;

    /// <summary>The line by which it said that it is ready.</summary>
    public string ReadyLine => _ready.Task.Result;

    /// <summary>Starts a helper of the bench.</summary>
    /// <param name="arguments">Of <see cref="RelayCommand"/>.</param>
    public static RelayProcess StartHelper(params IEnumerable<string> arguments) => Start("shmwifi-bench", Ready, [RelayCommand.Name, .. arguments]);

    /// <summary>Starts a program and waits until it is ready.</summary>
    /// <param name="program">Its assembly.</param>
    /// <param name="readyLine">How its line starts.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="LabException">It cannot be started, ends, or says nothing for 20 s.</exception>
    public static RelayProcess Start(string program, string readyLine, IEnumerable<string> arguments)
    {
        var process = new RelayProcess(program, readyLine, arguments);
        try
        {
            process._process.Start();
            process._process.BeginOutputReadLine();
            process._process.BeginErrorReadLine();
            if (process._ready.Task.Wait(Limit))
                return process;
            throw new LabException($"{program} is not ready after {Limit.TotalSeconds} s");
        }
        catch (Exception exception) when (exception is Win32Exception or AggregateException or LabException)
        {
            string reason = exception is AggregateException { InnerException: { } inner } ? inner.Message : exception.Message;
            string output = process.Output;
            process.Dispose();
            throw new LabException($"{reason}\n{output}".TrimEnd());
        }
    }

    /// <summary>What it printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>CPU time that one of its threads has used, ns.</summary>
    /// <param name="thread">The thread's name; null: the one that runs Main.</param>
    /// <remarks>Source: linux Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat.</remarks>
    public long CpuNs(string? thread = null)
    {
        string tasks = $"/proc/{Id}/task";
        string task = thread is null
            ? Path.Combine(tasks, $"{Id}")
            : Directory.EnumerateDirectories(tasks).First(one => File.ReadAllText(Path.Combine(one, "comm")).TrimEnd() == thread);
        return long.Parse(File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture);
    }

    /// <summary>Sends a signal.</summary>
    /// <param name="signal">One of the SIG constants of <see cref="Tmds.Linux.LibC"/>.</param>
    public void Signal(int signal)
    {
        if (!_process.HasExited)
            _ = kill(Id, signal);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsStarted())
        {
            Signal(SIGTERM);
            if (!_process.WaitForExit(Limit))
            {
                Signal(SIGKILL);
                _process.WaitForExit();
            }
        }
        _process.Dispose();
    }

    private bool IsStarted()
    {
        try
        {
            return _process.Id != 0;
        }
        catch (InvalidOperationException)
        {
            return false; // it could not be started
        }
    }

    private void Add(string? line, string readyLine)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
        if (line.StartsWith(readyLine, StringComparison.Ordinal))
            _ready.TrySetResult(line);
    }
}
