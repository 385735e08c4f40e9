using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>Block fading, Rice's or Nakagami's: one draw for a pair and coherence time, the same both ways.</summary>
/// <remarks>Rice: a steady part and a scattered one. The power gain is |sqrt(K/(K+1)) + sqrt(1/(K+1)) z|^2, z complex normal of variance 1:
/// of mean 1; K = 0 is Rayleigh's. Source: Rappaport, Wireless Communications, 2nd edition, section 5.6; Tse and Viswanath,
/// Fundamentals of Wireless Communication, section 2.4.2. Nakagami: the power gain has the gamma distribution of shape m and mean 1.
/// Source: M. Nakagami, The m-Distribution: A General Formula of Intensity Distribution of Rapid Fading, 1960.</remarks>
internal sealed class BlockFading(FadingConfiguration fading, ulong seed)
{
    private readonly double _steady = Math.Sqrt(fading.RicianK / (fading.RicianK + 1));
    private readonly double _deviation = Math.Sqrt(0.5 / (fading.RicianK + 1));

    /// <summary>How long a draw holds, ns.</summary>
    public long CoherenceNs { get; } = fading.CoherenceTime.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>What is added to the signal, dB.</summary>
    public double GainDb(LinkEndpoint a, LinkEndpoint b, long block) =>
        10 * Math.Log10(PowerGain(PairKey.Of(seed, RandomPurpose.Fading, a, b), block));

    /// <summary>What the power is multiplied by.</summary>
    internal double PowerGain(ulong key, long block)
    {
        if (fading.NakagamiM is { } m)
            return RandomStream.Gamma(key, (ulong)block, m) / m;
        (double x, double y) = RandomStream.Normal(key, (ulong)block);
        double inPhase = _steady + (_deviation * x);
        double quadrature = _deviation * y;
        return (inPhase * inPhase) + (quadrature * quadrature);
    }
}
