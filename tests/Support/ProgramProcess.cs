using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ShmWifi.Lab;
using ShmWifi.Lab.Processes;
using ShmWifi.Linux;

namespace ShmWifi.Tests.Support;

/// <summary>One of our programs as a process: started with default signals, gone when it is disposed or when this process ends.</summary>
internal sealed class ProgramProcess : IDisposable
{
    private static readonly ForkingThread Forks = new("program-forks");
    private readonly Process _process;
    private readonly string _program;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    /// <summary>Starts it; does not wait.</summary>
    /// <param name="program">Its assembly, in the folder of whoever runs.</param>
    /// <exception cref="LabException">It cannot be started.</exception>
    public ProgramProcess(string program, params IEnumerable<string> arguments)
        : this([], program, arguments)
    {
    }

    /// <summary>The same, by another program.</summary>
    /// <param name="starter">With its arguments; it becomes the program that follows.</param>
    public ProgramProcess(IEnumerable<string> starter, string program, params IEnumerable<string> arguments)
    {
        _program = program;
        string host = Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own : "dotnet";
        string assembly = Path.Combine(AppContext.BaseDirectory, $"{program}.dll");
        _process = new Process { StartInfo = ForkingThread.Guard([.. starter, host, assembly, .. arguments]) };
        _process.StartInfo.RedirectStandardOutput = true;
        _process.StartInfo.RedirectStandardError = true;
        _process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Take(_error, line.Data);
        try
        {
            Forks.Start(_process);
        }
        catch (Win32Exception exception)
        {
            throw new LabException($"{program}: {exception.Message}");
        }
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Is given each line that a program prints, for who looks on; null: nobody does.</summary>
    public static Action<string>? Onlooker { get; set; }

    /// <summary>Its process ID.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Standard output so far.</summary>
    public string Output => Text(_output);

    /// <summary>Standard error so far.</summary>
    public string Error => Text(_error);

    /// <summary>Starts a program and waits until it is ready.</summary>
    /// <exception cref="LabException">It cannot be started, ends, or does not get ready.</exception>
    public static ProgramProcess Start(string program, string readyLine, params IEnumerable<string> arguments) =>
        new ProgramProcess(program, arguments).AwaitReady(readyLine);

    /// <summary>Waits until it is ready; what does not get there is ended.</summary>
    /// <exception cref="LabException">It ends, or does not get ready.</exception>
    public ProgramProcess AwaitReady(string readyLine)
    {
        try
        {
            _ = AwaitLine(readyLine);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="limit">How long it may take; null: <see cref="Deadline"/>.</param>
    /// <exception cref="LabException">It cannot be started, or takes longer; it is killed then.</exception>
    public static (int Code, string Output, string Error) Run(TimeSpan? limit, string program, params IEnumerable<string> arguments)
    {
        using var process = new ProgramProcess(program, arguments);
        return (process.WaitForExit(limit), process.Output, process.Error);
    }

    /// <summary>Waits for a line of its standard output.</summary>
    /// <exception cref="LabException">It does not come.</exception>
    public string AwaitLine(string start)
    {
        for (var clock = Stopwatch.StartNew(); ; Thread.Sleep(2))
        {
            bool isLast = _process.HasExited;
            if (isLast)
                _process.WaitForExit(); // until all output is read
            if (Output.Split('\n').FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) is { } line)
                return line;
            if (isLast || clock.Elapsed > Deadline.Limit)
                throw new LabException(
                    $"{_program} {(isLast ? "ended at once" : $"is not ready after {Deadline.Limit.TotalSeconds} s")}\n{Output}{Error}".TrimEnd());
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

    /// <summary>Sends a signal; does nothing when it is gone.</summary>
    /// <param name="signal">One of the SIG constants of <see cref="LibC"/>.</param>
    public void Signal(int signal)
    {
        if (!_process.HasExited)
            _ = Tmds.Linux.LibC.kill(Id, signal);
    }

    /// <summary>Waits until it ends.</summary>
    /// <param name="limit">How long at most; null: <see cref="Deadline"/>.</param>
    /// <exception cref="LabException">It does not.</exception>
    public int WaitForExit(TimeSpan? limit = null)
    {
        if (!_process.WaitForExit(limit ?? Deadline.Limit))
            throw new LabException($"{_program} runs longer than {limit ?? Deadline.Limit}:\n{Output}{Error}");
        _process.WaitForExit(); // until all output is read
        return _process.ExitCode;
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        Signal(Tmds.Linux.LibC.SIGKILL);
        _process.WaitForExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }

    private void Take(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
        Onlooker?.Invoke($"{_program}: {line}");
    }
}
