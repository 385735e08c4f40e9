namespace ShmWifi.ShmMedium.Ports;

/// <summary>How many lines in the log a VM may cause, by whatever it does: <see cref="Burst"/> at once, then one a second.</summary>
/// <remarks>Any thread; nobody waits. A VM may come, go and announce radios as often as it likes; it must not fill a disk by that.</remarks>
/// <param name="vms">How many VMs share it.</param>
internal sealed class LogAllowance(int vms = 1)
{
    /// <summary>Lines at once: all radios of a VM come, go and come again.</summary>
    public const int Burst = 256;

    private readonly TokenBucket _lines = new(Burst * vms, perSecond: vms);
    private bool _isRefusing;

    /// <summary>Takes one line.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="isFirstRefusal">It was refused, and the one before was not.</param>
    public bool TryTake(long nowNs, out bool isFirstRefusal)
    {
        bool isTaken = _lines.TryTake(nowNs);
        if (_lines.IsHalfFull(nowNs))
            Volatile.Write(ref _isRefusing, false); // so that a steady flood is told of once, not once a second
        isFirstRefusal = !isTaken && !Interlocked.Exchange(ref _isRefusing, true);
        return isTaken;
    }
}
