namespace ShmWifi.ShmMedium.Ports;

/// <summary>How many lines a guest may cause in the log: <see cref="Burst"/> at once, then one a second.</summary>
/// <remarks>A guest may announce radios as often as it likes; it must not fill a disk by that.</remarks>
internal sealed class LogAllowance
{
    /// <summary>Lines at once: all radios of a VM come, go and come again.</summary>
    public const int Burst = 256;

    private const long RefillNs = 1_000_000_000;
    private int _left = Burst;
    private long _refilledNs;
    private bool _isRefusing;

    /// <summary>Takes one line.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="isFirstRefusal">It was refused, and the one before was not.</param>
    public bool TryTake(long nowNs, out bool isFirstRefusal)
    {
        long refill = (nowNs - _refilledNs) / RefillNs;
        if (refill > 0)
        {
            _left = (int)Math.Min(Burst, _left + refill);
            _refilledNs = nowNs;
        }
        bool isTaken = _left > 0;
        if (isTaken)
            _left--;
        if (_left == Burst / 2)
            _isRefusing = false; // so that a steady flood is told of once, not once a second
        isFirstRefusal = !isTaken && !_isRefusing;
        _isRefusing |= !isTaken;
        return isTaken;
    }
}
