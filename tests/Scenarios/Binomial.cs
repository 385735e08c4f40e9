namespace ShmWifi.Tests.Scenarios;

/// <summary>Where the count of successes lies, when each of n trials succeeds with probability p.</summary>
internal static class Binomial
{
    /// <summary>The central interval that the fraction of successes is outside of with at most this probability.</summary>
    /// <param name="p">0..1.</param>
    /// <param name="outside">Such as 0.01 for the 99 % interval; half of it on each side.</param>
    public static (double Low, double High) Interval(int n, double p, double outside)
    {
        if (p is 0 or 1)
            return (p, p);
        int low = 0;
        for (double sum = Probability(n, 0, p); sum <= outside / 2; sum += Probability(n, low, p))
            low++;
        int high = n;
        for (double sum = Probability(n, n, p); sum <= outside / 2; sum += Probability(n, high, p))
            high--;
        return ((double)low / n, (double)high / n);
    }

    /// <summary>n over k p^k (1 - p)^(n - k).</summary>
    private static double Probability(int n, int k, double p) =>
        Math.Exp(LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k) + (k * Math.Log(p)) + ((n - k) * Math.Log(1 - p)));

    /// <summary>ln n!: Stirling's series, whose error is below 1 / (1260 n^5).</summary>
    private static double LogFactorial(int n) => n < 16
        ? Enumerable.Range(1, n).Sum(i => Math.Log(i))
        : (n * Math.Log(n)) - n + (0.5 * Math.Log(2 * Math.PI * n)) + (1.0 / (12.0 * n)) - (1.0 / (360.0 * n * n * n));
}
