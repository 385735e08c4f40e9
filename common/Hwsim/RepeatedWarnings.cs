namespace ShmWifi.Hwsim;

/// <summary>Warnings that others can make happen at will: <see cref="PerMinute"/> are written, and how many were not.</summary>
/// <param name="warn">Takes a line.</param>
internal sealed class RepeatedWarnings(Action<string> warn)
{
    /// <summary>Lines a minute.</summary>
    public const int PerMinute = 10;

    private const long MinuteNs = 60_000_000_000;
    private long _sinceNs = long.MinValue;
    private int _count;

    /// <summary>Writes one, if it may.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Warn(string text, long nowNs)
    {
        if (_sinceNs == long.MinValue || nowNs - _sinceNs >= MinuteNs)
        {
            if (_count > PerMinute)
                warn($"{_count - PerMinute} such lines were left out");
            (_sinceNs, _count) = (nowNs, 0);
        }
        if (_count++ < PerMinute)
            warn(text);
    }
}
