namespace ShmWifi.ShmMedium.Medium.Ranging;

/// <summary>How exactly a receiver knows when a frame arrived.</summary>
/// <remarks>
/// Two errors that have nothing to do with each other. A receiver that reads its clock once a sample has a resolution of 1 / B, whose error is spread
/// evenly: a variance of 1 / (12 B²). Noise moves the arrival that it finds in the long training field: the Cramér-Rao bound,
/// 1 / (8 π² β² E/N0), of a spectrum that is flat over B (β² = B² / 12), with the field's energy E.
/// Sources: Kay, Fundamentals of Statistical Signal Processing: Estimation Theory, 1993, section 3.11; Ibrahim et al., Verification: Accuracy
/// Evaluation of WiFi Fine Time Measurements on an Open Platform, MobiCom 2018, which found a metre at 80 MHz and more below.
/// </remarks>
internal static class FtmAccuracy
{
    private const double TrainingUs = 8; // long training field: IEEE 802.11-2020 table 17-5

    /// <summary>Variance of an arrival, ps².</summary>
    /// <param name="snrDb">SNR in 20 MHz, dB.</param>
    public static double ArrivalVariancePs2(double snrDb, int bandwidthMhz)
    {
        double resolutionPs2 = 1e12 / ((double)bandwidthMhz * bandwidthMhz) / 12;
        double energyOverNoise = Math.Pow(10, snrDb / 10) * 20 * TrainingUs;
        return resolutionPs2 + (1e12 / (8 * Math.PI * Math.PI * bandwidthMhz * bandwidthMhz / 12 * energyOverNoise));
    }

    /// <summary>Variance of a round-trip time, ps²: the FTM frame arrives here, its acknowledgement there.</summary>
    /// <param name="snrDb">Of the FTM frame, in 20 MHz, dB.</param>
    /// <param name="ackSnrDb">Of the acknowledgement, the same.</param>
    public static double RttVariancePs2(double snrDb, double ackSnrDb, int bandwidthMhz) =>
        ArrivalVariancePs2(snrDb, bandwidthMhz) + ArrivalVariancePs2(ackSnrDb, bandwidthMhz);
}
