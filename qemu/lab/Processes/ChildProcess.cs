using System.Diagnostics;
using static Tmds.Linux.LibC;

namespace ShmWifi.Lab.Processes;

/// <summary>A process that a <see cref="Spawner"/> started; its output goes to a log file.</summary>
internal sealed class ChildProcess(Process process, string name, string logFile) : IDisposable
{
    /// <summary>Its process ID.</summary>
    public int Id { get; } = process.Id;

    /// <summary>What messages call it.</summary>
    public string Name { get; } = name;

    /// <summary>Where its standard output and error go.</summary>
    public string LogFile { get; } = logFile;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Its exit code; it must have ended.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Sends a signal; does nothing when the process is gone.</summary>
    /// <param name="signal">One of the SIG constants of <see cref="Tmds.Linux.LibC"/>.</param>
    public void Signal(int signal)
    {
        // The exited child stays a zombie until .NET reaps it, so the ID cannot be another's between these two.
        if (!process.HasExited)
            _ = kill(Id, signal);
    }

    /// <summary>SIGKILL for it and for its group, whose other processes may hold its sockets on; does nothing when it is gone.</summary>
    /// <remarks>User-Mode-Linux 6.1 has such a process: linux arch/um/os-Linux/sigio.c, write_sigio_thread. That of 6.12 dies with it.</remarks>
    public void Kill()
    {
        if (!process.HasExited)
            _ = kill(-Id, SIGKILL); // it leads a session, and so a group
    }

    /// <summary>Waits until it is ready.</summary>
    /// <param name="program">What messages call its program.</param>
    /// <param name="limit">How long at most.</param>
    /// <exception cref="LabException">It ended, or is not ready within the limit: the end of its log.</exception>
    public async Task WaitReadyAsync(string program, Func<bool> isReady, TimeSpan limit, CancellationToken cancellation)
    {
        for (var clock = Stopwatch.StartNew(); !isReady();)
        {
            if (HasExited)
                throw new LabException($"{Name}: {program} ended with exit code {ExitCode}\n{LogTail.Of(LogFile)}");
            if (clock.Elapsed > limit)
                throw new LabException($"{Name}: {program} is not ready after {limit.TotalSeconds} s\n{LogTail.Of(LogFile)}");
            await Task.Delay(20, cancellation);
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="limit">How long at most.</param>
    /// <returns>False when it still runs.</returns>
    public async Task<bool> WaitAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return process.HasExited;
        }
    }

    /// <summary>SIGTERM, and SIGKILL when that has no effect within the limit.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        Signal(SIGTERM);
        if (await WaitAsync(limit))
            return;
        Kill();
        await WaitAsync(limit);
    }

    /// <inheritdoc/>
    public void Dispose() => process.Dispose();
}
