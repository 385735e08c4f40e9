using ShmWifi.Dot11.Rates;

namespace ShmWifi.ShmMedium.Medium.Phy;

/// <summary>Measured or simulated points of one modulation, which take the place of a built-in curve.</summary>
/// <param name="Rate">20 MHz wide; one stream, or HT of two.</param>
/// <param name="Octets">The frame length that the points stand for; null: any.</param>
/// <param name="Points">SNR in dB, rising, and PER, 0..1; between points PER is interpolated, outside it stays as at the ends.</param>
internal sealed record ErrorTable(PhyRate Rate, int? Octets, IReadOnlyList<(double SnrDb, double Per)> Points)
{
    /// <summary>The table as a curve. PER of 1 means that nothing gets through, be it as short as an ACK.</summary>
    /// <remarks>A curve is by the SNR of one stream, a table by that of the whole signal.</remarks>
    public ErrorCurve ToCurve()
    {
        double lossDb = ErrorModel.LossDb(Rate.Nss, widthMhz: 20);
        return new(snrDb => -Math.Log(1 - PerAt(snrDb + lossDb)) / (Octets ?? 1), isForAnyLength: Octets is null);
    }

    private double PerAt(double snrDb)
    {
        if (snrDb <= Points[0].SnrDb) return Points[0].Per;

        for (int i = 1; i < Points.Count; i++)
        {
            ((double left, double perLeft), (double right, double perRight)) = (Points[i - 1], Points[i]);
            if (snrDb <= right) return perLeft + ((snrDb - left) / (right - left) * (perRight - perLeft));
        }

        return Points[^1].Per;
    }
}
