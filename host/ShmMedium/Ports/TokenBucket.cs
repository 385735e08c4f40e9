namespace ShmWifi.ShmMedium.Ports;

/// <summary>An allowance: so many at once, then so many a second. For one thread.</summary>
internal sealed class TokenBucket(int burst, double perSecond)
{
    private readonly long _intervalNs = (long)(1e9 / perSecond);
    private long _fullAtNs; // when nothing is missing any more

    /// <summary>Takes one.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public bool TryTake(long nowNs)
    {
        if (WaitNs(nowNs) != 0)
            return false;
        _fullAtNs = Math.Max(_fullAtNs, nowNs) + _intervalNs;
        return true;
    }

    /// <summary>How long from now until there is one, ns; 0: there is.</summary>
    public long WaitNs(long nowNs) => Math.Max(0, _fullAtNs - nowNs - ((burst - 1) * _intervalNs));

    /// <summary>Whether half of them is there: a flood is over.</summary>
    public bool IsHalfFull(long nowNs) => _fullAtNs - nowNs <= burst * _intervalNs / 2;
}
