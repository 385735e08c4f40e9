using System.Collections.Concurrent;
using System.Diagnostics;

namespace ShmWifi.Lab.Processes;

/// <summary>A thread that forks children, so that they end when it does, and not before.</summary>
/// <remarks>A child's parent-death signal is sent when the <em>thread</em> that forked it ends, which for a pool thread may be at any time.</remarks>
internal sealed class ForkingThread : IDisposable
{
    // As a program is started by a shell: nohup and scripts have their background ignore SIGINT, SIGQUIT or SIGHUP, which children inherit.
    private static readonly string[] Guarded = ["--default-signal=HUP,INT,QUIT,TERM", "setsid", "setpriv", "--pdeathsig", "KILL"];

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    public ForkingThread(string name)
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>What starts a process with default signals, in a session of its own, where no
    /// Ctrl-C reaches it, and kills it when the thread ends.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <remarks>Its process ID is the program's: none of the helpers forks.</remarks>
    public static ProcessStartInfo Guard(IEnumerable<string> command) => new("env", [.. Guarded, .. command]) { UseShellExecute = false };

    /// <summary>Starts a process.</summary>
    /// <param name="process">Set up with <see cref="Guard"/>.</param>
    public void Start(Process process) => Run(process.Start);

    /// <summary>Runs something on the thread.</summary>
    public T Run<T>(Func<T> function)
    {
        var completion = new TaskCompletionSource<T>();
        _work.Add(() =>
        {
            try
            {
                completion.SetResult(function());
            }
            catch (Exception exception)
            {
                completion.SetException(exception);
            }
        });
        return completion.Task.GetAwaiter().GetResult();
    }

    /// <summary>Ends the thread. Children that still run are killed by that.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Loop()
    {
        foreach (var action in _work.GetConsumingEnumerable())
            action();
    }
}
