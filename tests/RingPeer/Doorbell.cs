using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.RingPeer;

/// <summary>An eventfd that one side rings and the other sleeps on.</summary>
/// <param name="descriptor">The eventfd, non-blocking; closed with the doorbell.</param>
internal sealed class Doorbell(int descriptor) : IDisposable
{
    /// <summary>Seconds in which a sleeper sees that it should be awake before it calls the doorbell lost.</summary>
    private const int SecondsOfGrace = 5;

    private readonly EventFd _event = new(descriptor);

    /// <summary>The eventfd; children inherit it.</summary>
    public int Descriptor => _event.Descriptor;

    /// <summary>Makes an eventfd that children inherit.</summary>
    public static Doorbell Create() => new(LibCException.ThrowIfFailed(eventfd(0, EFD_NONBLOCK), "eventfd"));

    /// <summary>Wakes the other side.</summary>
    public void Ring() => _event.Signal();

    /// <summary>Whether it rang since the last look.</summary>
    public bool TryTake() => _event.Drain() != 0;

    /// <summary>Sleeps until it rings.</summary>
    /// <param name="isNeeded">Whether there is work, so that it should have rung long ago; asked once a second.</param>
    /// <returns>False: there was work for seconds, and it did not ring.</returns>
    public bool Wait(Func<bool> isNeeded)
    {
        int late = 0;
        while (true)
        {
            if (Poll.WaitFor(Descriptor, POLLIN, TimeSpan.FromSeconds(1)) && TryTake())
                return true;
            late = isNeeded() ? late + 1 : 0;
            if (late == SecondsOfGrace)
                return false;
        }
    }

    /// <summary>Closes the eventfd.</summary>
    public void Dispose() => _event.Dispose();
}
