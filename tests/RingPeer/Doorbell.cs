using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.RingPeer;

/// <summary>Wakes the other side, and is what one sleeps on.</summary>
internal abstract class Doorbell : IDisposable
{
    /// <summary>Seconds in which a sleeper sees that it should be awake before it calls the doorbell lost.</summary>
    private const int SecondsOfGrace = 5;

    /// <summary>Readable once it rang.</summary>
    public abstract int Descriptor { get; }

    /// <summary>Wakes the other side.</summary>
    public abstract void Ring();

    /// <summary>Whether it rang since the last look.</summary>
    public abstract bool TryTake();

    /// <summary>Whether it rang, asked once the other side has decided that.</summary>
    /// <param name="isDue">Whether it had to.</param>
    public abstract bool HasRung(bool isDue);

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

    /// <summary>Closes it.</summary>
    public abstract void Dispose();
}
