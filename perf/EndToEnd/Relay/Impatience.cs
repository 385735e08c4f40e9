using ShmWifi.Lab;
using ShmWifi.Linux;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>Bounds polling.</summary>
internal static class Impatience
{
    /// <summary>Throws when polling takes too long.</summary>
    /// <param name="sinceNs">Since when.</param>
    /// <param name="frame">For which frame.</param>
    /// <exception cref="LabException">Longer than <see cref="RelayEnd.PatienceMs"/>.</exception>
    public static void Check(long sinceNs, uint frame)
    {
        if (MonotonicClock.NowNs - sinceNs > RelayEnd.PatienceMs * 1_000_000L)
            throw new LabException($"relay: frame {frame} did not come within {RelayEnd.PatienceMs / 1000} s: it was lost");
    }
}
