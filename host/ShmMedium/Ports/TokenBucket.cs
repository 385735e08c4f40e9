namespace ShmWifi.ShmMedium.Ports;

/// <summary>An allowance: so many at once, then so many a second. Any thread; nobody waits.</summary>
internal sealed class TokenBucket(int burst, double perSecond)
{
    private readonly long _intervalNs = (long)(1e9 / perSecond);
    private long _fullAtNs; // when nothing is missing any more

    /// <summary>Takes one.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public bool TryTake(long nowNs)
    {
        long fullAtNs = Volatile.Read(ref _fullAtNs);
        while (WaitNs(fullAtNs, nowNs) == 0)
        {
            long seen = Interlocked.CompareExchange(ref _fullAtNs, Math.Max(fullAtNs, nowNs) + _intervalNs, fullAtNs);
            if (seen == fullAtNs)
                return true;
            fullAtNs = seen;
        }
        return false;
    }

    /// <summary>How long from now until there is one, ns; 0: there is.</summary>
    public long WaitNs(long nowNs) => WaitNs(Volatile.Read(ref _fullAtNs), nowNs);

    /// <summary>Whether half of them is there: a flood is over.</summary>
    public bool IsHalfFull(long nowNs) => Volatile.Read(ref _fullAtNs) - nowNs <= burst * _intervalNs / 2;

    private long WaitNs(long fullAtNs, long nowNs) => Math.Max(0, fullAtNs - nowNs - ((burst - 1) * _intervalNs));
}
