using System.Globalization;
using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>systemd, as a service of Type=notify talks to it.</summary>
/// <remarks>Sources: sd_notify(3), sd_pid_notify_with_fds(3), sd_notify_barrier(3), sd_listen_fds(3), sd_watchdog_enabled(3).</remarks>
internal sealed unsafe class ServiceManager : IDisposable
{
    private const string Address = "NOTIFY_SOCKET";
    private const int FirstListenDescriptor = 3; // SD_LISTEN_FDS_START
    private readonly NotifySocket _notify;

    private ServiceManager(NotifySocket notify) => _notify = notify;

    /// <summary>How often to say <c>WATCHDOG=1</c>: twice in the time after which it ends the service; infinite: it does not ask.</summary>
    public static TimeSpan WatchdogInterval => IsForUs("WATCHDOG_PID", orNobody: true)
        && long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long us) && us > 0
        ? TimeSpan.FromMicroseconds(us / 2.0)
        : Timeout.InfiniteTimeSpan;

    /// <summary>What has started this process.</summary>
    /// <returns>Null: not systemd, or it wants to be told nothing.</returns>
    /// <exception cref="IOException">Nobody listens where it wants to be told.</exception>
    public static ServiceManager? Connect() => Environment.GetEnvironmentVariable(Address) is { Length: > 0 } address
        ? new ServiceManager(new NotifySocket(address, $"{Address} is '{address}', where systemd cannot be told"))
        : null;

    /// <summary>Takes what it has kept since this service ran the last time. Once: programs that this one starts are not told of it.</summary>
    public static IReadOnlyList<(string Name, FileDescriptor Descriptor)> TakeKept()
    {
        List<(string, FileDescriptor)> all = [];
        if (IsForUs("LISTEN_PID", orNobody: false)
            && int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            string[] names = (Environment.GetEnvironmentVariable("LISTEN_FDNAMES") ?? "").Split(':');
            for (int i = 0; i < Math.Min(count, names.Length); i++)
            {
                int descriptor = FirstListenDescriptor + i;
                if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) >= 0)
                    all.Add((names[i], new FileDescriptor(descriptor)));
            }
        }
        foreach (string name in (string[])["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"])
            Environment.SetEnvironmentVariable(name, null);
        return all;
    }

    /// <summary>Tells it something.</summary>
    public void Tell(string lines) => _notify.Tell(lines);

    /// <summary>Has it keep a descriptor, if the service's FileDescriptorStoreMax= allows one more.</summary>
    public void Keep(string name, int descriptor) => _notify.Keep(name, descriptor);

    /// <summary>Has it close a descriptor.</summary>
    public void Drop(string name) => _notify.Drop(name);

    /// <summary>Sleeps until it has read all that it was told: what comes from a process that has ended cannot be told whose it is.</summary>
    /// <param name="limit">At most so long.</param>
    public void AwaitRead(TimeSpan limit)
    {
        int* ends = stackalloc int[2];
        if (pipe2(ends, O_CLOEXEC) < 0)
            return;
        using var ours = new FileDescriptor(ends[0]);
        using (var theirs = new FileDescriptor(ends[1]))
        {
            if (!_notify.TryTell("BARRIER=1", theirs.Descriptor))
                return;
        }
        _ = Poll.WaitFor(ours.Descriptor, 0, limit); // POLLHUP: it has closed the other end
    }

    /// <inheritdoc/>
    public void Dispose() => _notify.Dispose();

    private static bool IsForUs(string variable, bool orNobody) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } pid
        ? pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
        : orNobody;
}
