using ShmWifi.RingBuffer;

namespace ShmWifi.Hwsim.Port;

/// <summary>How long frames wait for their status: as long as the host says anything, and no longer than the patience after.</summary>
/// <remarks>
/// A busy medium may have a frame wait longer; but its host answers questions. So when half of the patience has passed without a word, it is asked
/// (<see cref="Look"/>), and given the other half. docs/decisions/0019. The twin of shmwifi_host.c.
/// </remarks>
/// <param name="patienceNs">Of a host that says nothing; not less than <see cref="MinNs"/> is waited.</param>
internal sealed class StatusPatience(GuestPort port, long patienceNs)
{
    /// <summary>A loaded machine has every host say nothing for so long.</summary>
    public const long MinNs = 100_000_000;

    private readonly long _patienceNs = Math.Max(patienceNs, MinNs);
    private uint _received;
    private long _stillNs; // since when frames have been waiting, and nothing has come
    private long _askedNs; // 0: not yet

    /// <summary>While frames wait, look as often: none waits longer than patience and interval.</summary>
    public long IntervalNs => _patienceNs / 2;

    /// <summary>The host has said nothing for too long, and still does not: what waits is not to wait any more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Looks whether something has come.</summary>
    /// <param name="nowNs">Our clock.</param>
    /// <param name="isAnyWaiting">Whether frames wait.</param>
    /// <returns>Whether the host is to be asked now.</returns>
    public bool Look(long nowNs, bool isAnyWaiting)
    {
        if (_received != port.Rx.Taken || (!isAnyWaiting && !IsOver))
        {
            (_received, _stillNs, _askedNs, IsOver) = (port.Rx.Taken, nowNs, 0, false);
            return false;
        }
        if (IsOver || nowNs - _stillNs < IntervalNs || port.Rx.CountReady() > 0)
            return false;
        if (_askedNs == 0)
        {
            _askedNs = nowNs;
            return true;
        }
        IsOver = nowNs - _stillNs >= _patienceNs && nowNs - _askedNs >= IntervalNs;
        return false;
    }
}
