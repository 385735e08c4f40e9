using ShmWifi.Dot11.Rates;

namespace ShmWifi.Dot11.Timing;

/// <summary>What a PHY gives the MAC to count with: SIFS, slot and contention window.</summary>
/// <remarks>Times in ns. Source: IEEE 802.11-2020 clauses 10.3.2.3 (interframe spaces), 10.3.7 (their relation), 10.3.2.11 (ACK procedure);
/// the PHYs' as given.</remarks>
/// <param name="SifsNs">aSIFSTime: between a frame and its response.</param>
/// <param name="CwMin">aCWmin, slots.</param>
/// <param name="CwMax">aCWmax, slots.</param>
public sealed record MacTiming(int SifsNs, int SlotNs, int CwMin, int CwMax)
{
    /// <summary>A BSS of 802.11b stations: clauses 15.3 and 16.3; slot 20 µs, CW 31..1023.</summary>
    public static MacTiming Dsss { get; } = new(10_000, 20_000, 31, 1023);

    /// <summary>OFDM, HT and HE on 2.4 GHz with the short slot, 9 µs, as APs without 802.11b stations use it: table 18-5.</summary>
    public static MacTiming Erp { get; } = new(10_000, 9_000, 15, 1023);

    /// <summary>5 and 6 GHz: table 17-21.</summary>
    public static MacTiming Ofdm { get; } = new(16_000, 9_000, 15, 1023);

    /// <summary>OFDM in 10 MHz, half clocked: table 17-21.</summary>
    public static MacTiming OfdmHalfClocked { get; } = new(32_000, 13_000, 15, 1023);

    /// <summary>OFDM in 5 MHz, quarter clocked: table 17-21.</summary>
    public static MacTiming OfdmQuarterClocked { get; } = new(64_000, 21_000, 15, 1023);

    /// <summary>SIFS + slot.</summary>
    public int PifsNs => SifsNs + SlotNs;

    /// <summary>SIFS + 2 slots.</summary>
    public int DifsNs => AifsNs(2);

    /// <summary>SIFS + AIFSN slots.</summary>
    public int AifsNs(int aifsn) => SifsNs + (aifsn * SlotNs);

    /// <summary>How long a station waits that could not make out a frame: room for its ACK at
    /// the lowest mandatory rate, then DIFS. Clause 10.3.2.3.7.</summary>
    /// <param name="spacing">Of the channels; with the band it says what the lowest rate is: <see cref="PhyRate.BasicOf"/>.</param>
    /// <remarks>EDCA: EIFS - DIFS + AIFS.</remarks>
    public long EifsNs(Band band, ChannelSpacing spacing = ChannelSpacing.Mhz20) =>
        SifsNs + Airtime.Ppdu(PhyRate.BasicOf(band, spacing), FrameExchange.AckOctets, band) + DifsNs;

    /// <summary>How long after a frame's end its sender knows that no response comes: SIFS + slot
    /// + aRxPHYStartDelay, the time of the response's preamble.</summary>
    public int ResponseTimeoutNs(in PhyRate response) => SifsNs + SlotNs + Airtime.PreambleNs(response);
}
