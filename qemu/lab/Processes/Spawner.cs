using System.Diagnostics;
using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.Lab.Processes;

/// <summary>Starts processes of a lab so that none outlives the lab.</summary>
/// <remarks>
/// All children are forked from one thread. Where it has a network namespace of the lab's own, that is the thread's alone: the rest of this process
/// stays in the machine's. It has no name, so the kernel removes it, with its bridge and taps, when the last process in it is gone, however the lab
/// ended.
/// </remarks>
internal sealed class Spawner : IDisposable
{
    // $1: our process ID, $2: log file, then the program. The check closes the gap between fork and prctl: when the lab died
    // in it, no signal will come.
    private const string Guard = "[ \"$PPID\" = \"$1\" ] || exit 1; log=$2; shift 2; exec \"$@\" </dev/null >>\"$log\" 2>&1";

    private readonly ForkingThread _thread;

    /// <summary>Creates the thread.</summary>
    /// <param name="hasOwnNetwork">In a new network namespace; else in the machine's, where its users reach what listens.</param>
    /// <exception cref="LabException">Not root.</exception>
    public Spawner(bool hasOwnNetwork)
    {
        if (geteuid() != 0)
            throw new LabException("a lab needs root: it makes a network namespace, taps and a bridge of its own. Run it with sudo.");
        _thread = new ForkingThread("spawner");
        ThreadId = _thread.Run(() =>
        {
            if (hasOwnNetwork && unshare(CLONE_NEWNET) != 0)
                throw new LibCException("unshare(CLONE_NEWNET), for the lab's network namespace");
            return gettid();
        });
    }

    /// <summary>The thread, whose network namespace the children share: <c>nsenter --net=/proc/ID/ns/net</c>.</summary>
    public int ThreadId { get; }

    /// <summary>Starts a process that is killed when this one ends, in a session of its own: Ctrl-C does not reach it.</summary>
    /// <param name="logFile">Its output is appended here.</param>
    /// <param name="command">The program and its arguments.</param>
    public ChildProcess Start(string name, string logFile, IEnumerable<string> command)
    {
        var process = new Process { StartInfo = ForkingThread.Guard(["sh", "-c", Guard, "guard", $"{Environment.ProcessId}", logFile, .. command]) };
        _thread.Start(process);
        return new ChildProcess(process, name, logFile);
    }

    /// <summary>Runs a command in the lab's network namespace to its end.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <exception cref="LabException">It failed: its exit code and output.</exception>
    public void Run(params string[] command) => _thread.Run(() => HostCommand.Run(command));

    /// <summary>Ends the thread. Children that still run are killed by that.</summary>
    public void Dispose() => _thread.Dispose();
}
