namespace ShmWifi.Hwsim;

/// <summary>How long to busy-poll for the answer to a frame before sleeping: about twice what
/// answers took so far, and not at all where they come late.</summary>
/// <remarks>
/// An interrupt costs a guest far more than a look at the ring: the virtual CPU must be woken, and comes back to cold caches. Whoever
/// breaks a silence by a question and is answered at once (ping, DNS, a handshake) saves that; streams, and beacons, are never looked after.
/// </remarks>
/// <param name="maxNs">Longer is not worth it; 0: never poll.</param>
internal sealed class BusyPollBudget(long maxNs)
{
    private const int Weight = 4; // of all times before against the newest
    private const long SilenceNs = 10_000_000; // a stream's batches are nearer to each other

    private long _askedNs;
    private long _movedNs;
    private long _expectedNs = maxNs / 2;

    /// <summary>When to stop polling; 0 when it is not worth it.</summary>
    public long DeadlineNs => _askedNs != 0 && _expectedNs < maxNs ? _askedNs + Math.Min(2 * _expectedNs, maxNs) : 0;

    /// <summary>A frame was sent that may have an answer.</summary>
    /// <param name="nowNs">Our clock.</param>
    public void OnAsked(long nowNs)
    {
        _askedNs = nowNs - _movedNs > SilenceNs ? nowNs : 0;
        _movedNs = nowNs;
    }

    /// <summary>A frame was received.</summary>
    /// <param name="nowNs">Our clock.</param>
    public void OnReceived(long nowNs)
    {
        if (_askedNs != 0)
            Learn(nowNs - _askedNs);
        _askedNs = 0;
        _movedNs = nowNs;
    }

    private void Learn(long tookNs) => _expectedNs += (Math.Min(tookNs, Weight * maxNs) - _expectedNs) / Weight;
}
