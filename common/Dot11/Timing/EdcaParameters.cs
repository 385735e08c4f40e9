using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Dot11.Timing;

/// <summary>How one access category contends.</summary>
/// <remarks>No TXOPs: hwsim hands over one frame at a time, and each contends again.</remarks>
/// <param name="Aifsn">Slots after SIFS before the backoff counts.</param>
/// <param name="CwMin">First contention window, slots.</param>
/// <param name="CwMax">Widest contention window, slots.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct EdcaParameters(int Aifsn, int CwMin, int CwMax)
{
    /// <summary>The defaults of a station, or of an AP.</summary>
    /// <param name="isAp">An AP contends harder than it tells its stations to: AIFSN 1 for VI and VO, CW to 63 for BE.</param>
    /// <remarks>
    /// Source: stations, IEEE 802.11-2020 table 9-155; APs, the same standard's annex C, dot11QAPEDCATable, which hostapd sets (tx_queue_data0_*
    /// to tx_queue_data3_*); beacons, linux drivers/net/wireless/ath/ath9k/beacon.c, ath9k_beaconq_config(): after PIFS, without backoff.
    /// </remarks>
    public static EdcaParameters Of(AccessCategory category, MacTiming timing, bool isAp)
    {
        ArgumentNullException.ThrowIfNull(timing);
        (int cwMin, int cwMax) = (timing.CwMin, timing.CwMax);
        return category switch
        {
            AccessCategory.Background => new(7, cwMin, cwMax),
            AccessCategory.BestEffort => new(3, cwMin, isAp ? (4 * (cwMin + 1)) - 1 : cwMax),
            AccessCategory.Video => new(isAp ? 1 : 2, ((cwMin + 1) / 2) - 1, cwMin),
            AccessCategory.Voice => new(isAp ? 1 : 2, ((cwMin + 1) / 4) - 1, ((cwMin + 1) / 2) - 1),
            _ => new(1, 0, 0),
        };
    }

    /// <summary>The contention window of an attempt: it doubles with each failure. IEEE 802.11-2020 clause 10.23.2.2.</summary>
    /// <param name="failures">Attempts that failed before.</param>
    /// <returns>Slots; the backoff is drawn evenly from 0 to this.</returns>
    public int WindowAfter(int failures) => (int)Math.Min(((CwMin + 1L) << Math.Min(failures, 16)) - 1, CwMax);
}
