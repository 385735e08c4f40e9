using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Tests.RingPeer;

/// <summary>An eventfd that one side rings and the other sleeps on.</summary>
/// <param name="descriptor">The eventfd, non-blocking.</param>
public sealed unsafe class Doorbell(int descriptor) : IDisposable
{
    /// <summary>Seconds in which a sleeper sees that it should be awake before it calls the doorbell lost.</summary>
    private const int SecondsOfGrace = 5;

    /// <summary>The eventfd; children inherit it.</summary>
    public int Descriptor => descriptor;

    /// <summary>Makes an eventfd that children inherit.</summary>
    public static Doorbell Create() => new(LibCException.ThrowIfFailed(eventfd(0, EFD_NONBLOCK), "eventfd"));

    /// <summary>Wakes the other side.</summary>
    public void Ring()
    {
        ulong one = 1;
        if (write(descriptor, &one, sizeof(ulong)) != sizeof(ulong))
            throw new LibCException($"ring eventfd {descriptor}");
    }

    /// <summary>Whether it rang since the last look.</summary>
    public bool TryTake()
    {
        ulong count;
        if (read(descriptor, &count, sizeof(ulong)) == sizeof(ulong))
            return true;
        return errno == EAGAIN ? false : throw new LibCException($"read eventfd {descriptor}");
    }

    /// <summary>Sleeps until it rings.</summary>
    /// <param name="isNeeded">Whether there is work, so that it should have rung long ago; asked once a second.</param>
    /// <returns>False: there was work for seconds, and it did not ring.</returns>
    public bool Wait(Func<bool> isNeeded)
    {
        int late = 0;
        var entry = new pollfd { fd = descriptor, events = POLLIN };
        while (true)
        {
            int count = poll(&entry, 1, 1000);
            if (count == -1 && errno != EINTR)
                throw new LibCException($"poll eventfd {descriptor}");
            if (count == 1 && TryTake())
                return true;
            late = isNeeded() ? late + 1 : 0;
            if (late == SecondsOfGrace)
                return false;
        }
    }

    /// <summary>Closes the eventfd.</summary>
    public void Dispose() => _ = close(descriptor);
}
