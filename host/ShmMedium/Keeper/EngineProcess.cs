using System.Diagnostics;
using System.Globalization;
using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>An engine as its keeper sees it.</summary>
internal sealed unsafe class EngineProcess : IDisposable
{
    /// <summary>Where an engine finds what its keeper hands over.</summary>
    public const string HandOverOption = "--hand-over";

    private readonly Process _process;
    private readonly FileDescriptor _handOver;

    private EngineProcess(Process process, FileDescriptor handOver) => (_process, _handOver, Id) = (process, handOver, process.Id);

    /// <summary>Its process ID.</summary>
    public int Id { get; }

    /// <summary>When it was started, CLOCK_MONOTONIC in ns.</summary>
    public long StartedNs { get; } = MonotonicClock.NowNs;

    /// <summary>Whether it has started up, and waits.</summary>
    public bool IsPrepared { get; set; }

    /// <summary>When it began to serve, CLOCK_MONOTONIC in ns; 0: not yet.</summary>
    public long ReadyNs { get; set; }

    /// <summary>When it last said that it lives.</summary>
    public long AliveNs { get; set; }

    /// <summary>Why its keeper has killed it; null: it has not.</summary>
    public string? KilledFor { get; private set; }

    /// <summary>Starts one. One thread only: a descriptor is to be inherited by this child, and by no other.</summary>
    /// <param name="arguments">Of shm-medium; where its keeper hands over is added.</param>
    /// <param name="notifySocket">Where its keeper listens.</param>
    /// <param name="ended">Told when it has ended, on a thread of its own.</param>
    /// <exception cref="LibCException">No descriptors are left.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static EngineProcess Start(IReadOnlyList<string> program, IEnumerable<string> arguments, string notifySocket, TimeSpan watchdog,
        Action<EngineProcess> ended)
    {
        int* ends = stackalloc int[2];
        LibCException.ThrowIfFailed(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
        var ours = new FileDescriptor(ends[0]);
        using var theirs = new FileDescriptor(ends[1]);
        LibCException.ThrowIfFailed(fcntl(ends[1], F_SETFD, 0), "fcntl");
        string number = ends[1].ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), .. arguments, HandOverOption, number]) { UseShellExecute = false };
        start.Environment["NOTIFY_SOCKET"] = notifySocket;
        start.Environment["WATCHDOG_USEC"] = ((long)watchdog.TotalMicroseconds).ToString(CultureInfo.InvariantCulture);
        foreach (string own in (string[])["WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"])
            start.Environment.Remove(own);
        var process = new Process { StartInfo = start };
        try
        {
            _ = process.Start();
        }
        catch
        {
            ours.Dispose();
            process.Dispose();
            throw;
        }
        var engine = new EngineProcess(process, ours);
        new Thread(() =>
        {
            process.WaitForExit();
            ended(engine);
        })
        { Name = "engine-waiter", IsBackground = true }.Start();
        return engine;
    }

    /// <summary>Its exit code; 128 and the signal's number, when one ended it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Gives it what the engine before has left, and has it serve.</summary>
    public void HandOver(KeptDescriptors kept, IEnumerable<EngineRestart> restarts, long nowNs)
    {
        foreach (var restart in restarts)
            Tell(restart);
        foreach (var (name, descriptor) in kept.All)
            _ = UnixMessage.TrySend(_handOver.Descriptor, NotifyMessage.Keep(name), descriptor.Descriptor); // one that has died is noticed anyway
        _ = UnixMessage.TrySend(_handOver.Descriptor, NotifyMessage.Bytes("READY=1"));
        AliveNs = nowNs;
    }

    /// <summary>Tells it of a restart.</summary>
    public void Tell(EngineRestart restart) => _ = UnixMessage.TrySend(_handOver.Descriptor, NotifyMessage.Bytes(restart.ToLines()));

    /// <summary>Sends a signal.</summary>
    public void Signal(int signal)
    {
        if (!_process.HasExited) // else the number may be another's
            _ = kill(Id, signal);
    }

    /// <summary>SIGKILL.</summary>
    /// <param name="reason">Why.</param>
    public void Kill(string reason)
    {
        KilledFor ??= reason;
        Signal(SIGKILL);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Dispose();
        _handOver.Dispose();
    }
}
