using System.Globalization;
using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>The calling thread runs only when nobody else wants the core (SCHED_IDLE), until this is disposed: sched(7).</summary>
internal sealed unsafe class LowPriority : IDisposable
{
    private const int Other = 0; // SCHED_OTHER
    private const int Idle = 5; // SCHED_IDLE

    private LowPriority()
    {
        // .NET asks for a thread's policy as it starts it, and sets what it is told, unless that is SCHED_OTHER. glibc asks the kernel once, and
        // has told the same for that thread's children ever since: so it is asked now.
        // Source: glibc nptl/pthread_create.c; .NET src/coreclr/pal/src/thread/thread.cpp, InternalSetThreadPriority.
        int policy;
        sched_param parameter;
        _ = pthread_getschedparam(pthread_self(), &policy, &parameter);
        _ = Set(0, Idle);
    }

    /// <summary>From now on.</summary>
    public static LowPriority Enter() => new();

    /// <summary>Has the threads of a process run as others do: one begins as low as the thread that has started it.</summary>
    /// <returns>How many ran low.</returns>
    public static int EndOf(int process)
    {
        int ended = 0;
        try
        {
            foreach (string task in Directory.EnumerateDirectories($"/proc/{process}/task"))
            {
                int id = int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture);
                if (sched_getscheduler(id) == Idle && Set(id, Other))
                    ended++;
            }
        }
        catch (IOException)
        {
            // It has ended.
        }
        return ended;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (EndOf(Environment.ProcessId) != 0)
        {
            // Meanwhile one of them may have started another.
        }
    }

    private static bool Set(int thread, int policy)
    {
        var parameter = default(sched_param);
        return sched_setscheduler(thread, policy, &parameter) == 0; // where it may not be, it is as it is
    }
}
