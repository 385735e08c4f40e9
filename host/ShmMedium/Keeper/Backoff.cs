namespace ShmWifi.ShmMedium.Keeper;

/// <summary>How long a keeper waits before it has the next engine serve.</summary>
/// <remarks>One that served for <see cref="LongRun"/> is no failure of its start, whatever ended it.</remarks>
internal sealed class Backoff
{
    /// <summary>Engines in a row that end sooner than <see cref="LongRun"/>, after which a keeper gives up.</summary>
    public const int MaxShortRuns = 10;

    /// <summary>What counts as having served.</summary>
    public static readonly TimeSpan LongRun = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(5);
    private int _shortRuns;

    /// <summary>An engine has ended.</summary>
    /// <param name="served">How long it served.</param>
    /// <returns>How long to wait: at first not at all, then 100 ms, doubled to 5 s; null: give up.</returns>
    public TimeSpan? Next(TimeSpan served)
    {
        _shortRuns = served >= LongRun ? 0 : _shortRuns + 1;
        if (_shortRuns >= MaxShortRuns)
            return null;
        return _shortRuns <= 1 ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(s_most.Ticks, s_first.Ticks << (_shortRuns - 2)));
    }
}
