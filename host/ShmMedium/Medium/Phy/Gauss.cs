namespace ShmWifi.ShmMedium.Medium.Phy;

/// <summary>The tail of the normal distribution, which .NET's <see cref="Math"/> lacks.</summary>
internal static class Gauss
{
    private const double SeriesLimit = 3;

    /// <summary>Q(x): the probability that a standard normal variable is above x. For x of 0 and more; relative error below 1e-9.</summary>
    /// <remarks>A series around 0, or the continued fraction of Mills' ratio. Source: NIST Digital Library of Mathematical Functions,
    /// 7.6.2 and 7.9.</remarks>
    public static double Q(double x)
    {
        double density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        if (x > SeriesLimit)
        {
            double fraction = x;
            for (int k = 60; k >= 1; k--) fraction = x + (k / fraction);
            return density / fraction;
        }

        double term = x, sum = x;
        for (int k = 1; k < 60; k++)
        {
            term *= x * x / ((2 * k) + 1);
            sum += term;
        }

        return 0.5 - (density * sum);
    }
}
