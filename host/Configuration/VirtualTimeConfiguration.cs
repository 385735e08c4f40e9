namespace ShmWifi.Configuration;

/// <summary>Virtual time: guests' clocks, and the medium's, are the daemon's calendar's.</summary>
/// <param name="Socket">Where guests and others join the calendar.</param>
/// <param name="Factor">So much virtual time in a time of the host's at most; null: as fast as events allow.</param>
public sealed record VirtualTimeConfiguration(string Socket, double? Factor = null)
{
    /// <summary>Bounds of <see cref="Factor"/>.</summary>
    public const double MinFactor = 0.001, MaxFactor = 1000;

    /// <summary>What <c>time</c> says of it.</summary>
    public const string Word = "virtual", RealWord = "real";
}
