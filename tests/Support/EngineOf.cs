using System.Globalization;
using ShmWifi.Lab;
using ShmWifi.Lab.Processes;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Support;

/// <summary>The engine processes of a daemon, as its kernel shows them: the keeper's children.</summary>
/// <param name="keeper">The daemon's process ID.</param>
internal sealed class EngineOf(int keeper)
{
    private const string Region = "/memfd:shmwifi";

    /// <summary>The process that serves: the child that has mapped a region. A spare has mapped none.</summary>
    /// <returns>Null: none does at the moment.</returns>
    public int? Serving => Children.Cast<int?>().FirstOrDefault(
        child => ChildProcesses.Read($"/proc/{child}/maps").Contains(Region, StringComparison.Ordinal));

    /// <summary>The serving engine and its spares.</summary>
    public IReadOnlyList<int> Children => ChildProcesses.Of(keeper);

    /// <summary>After how much silence its keeper takes it for hung. Source: sd_watchdog_enabled(3).</summary>
    public static TimeSpan Watchdog(int engine)
    {
        const string Name = "WATCHDOG_USEC=";
        string? entry = ChildProcesses.Read($"/proc/{engine}/environ").Split('\0')
            .FirstOrDefault(entry => entry.StartsWith(Name, StringComparison.Ordinal));
        return entry is null
            ? throw new LabException($"the engine {engine} has no {Name.TrimEnd('=')}: nobody watches it")
            : TimeSpan.FromMicroseconds(long.Parse(entry[Name.Length..], CultureInfo.InvariantCulture));
    }

    /// <summary>Sends a signal to the engine that serves.</summary>
    /// <param name="signal">One of the SIG constants of <see cref="Tmds.Linux.LibC"/>.</param>
    /// <returns>Its process ID.</returns>
    /// <exception cref="LabException">None serves in a process of its own.</exception>
    public int Signal(int signal)
    {
        int engine = Serving ?? throw new LabException($"the daemon {keeper} has no engine process of its own: no child of it has mapped a region");
        _ = kill(engine, signal);
        return engine;
    }

    /// <summary>Waits until another process serves.</summary>
    /// <param name="than">Who served.</param>
    /// <exception cref="LabException">None does within half a minute.</exception>
    public async Task AwaitOtherAsync(int than, CancellationToken cancellation)
    {
        var limit = TimeSpan.FromSeconds(30);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (Serving is not { } serving || serving == than)
        {
            if (clock.Elapsed > limit)
                throw new LabException($"no engine has taken over from {than} after {limit.TotalSeconds} s");
            await Task.Delay(5, cancellation);
        }
    }

    /// <summary>What keeper and serving engine hold.</summary>
    public IReadOnlyList<ProcessHoldings> Holdings() =>
        [ProcessHoldings.Of("keeper", keeper), ProcessHoldings.Of("engine", Serving ?? throw new LabException("no engine serves"))];
}

/// <summary>What a process holds.</summary>
/// <param name="Process">What it is.</param>
/// <param name="MemoryKib">Private memory that is resident, KiB: RssAnon of proc_pid_status(5).</param>
internal sealed record ProcessHoldings(string Process, long MemoryKib, int Descriptors, int Threads)
{
    /// <summary>Looks.</summary>
    public static ProcessHoldings Of(string process, int id)
    {
        string anonymous = ChildProcesses.Read($"/proc/{id}/status").Split('\n').First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return new ProcessHoldings(
            process,
            long.Parse(anonymous.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture),
            Directory.GetFileSystemEntries($"/proc/{id}/fd").Length,
            Directory.GetDirectories($"/proc/{id}/task").Length);
    }
}
