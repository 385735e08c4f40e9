namespace ShmWifi.Configuration.Medium;

/// <summary>How much a signal loses on its way.</summary>
public abstract record PropagationConfiguration
{
    /// <summary>Standard deviation of log-normal shadowing, dB: one draw for each pair of radios, the same both ways; 0: none.</summary>
    public double ShadowingDb { get; init; }
}

/// <summary>Friis' free space.</summary>
public sealed record FreeSpacePropagation : PropagationConfiguration;

/// <summary>Free space up to a reference distance, then 10 n log10(d/d0).</summary>
/// <param name="Exponent">n: 2 as in free space, 2.7 to 3.5 in towns, 4 to 6 in buildings.</param>
/// <param name="ReferenceDistance">d0, metres.</param>
public sealed record LogDistancePropagation(double Exponent, double ReferenceDistance) : PropagationConfiguration;

/// <summary>ITU-R P.1238: 20 log10(f) + N log10(d) + Lf(n) - 28.</summary>
/// <param name="PowerLossCoefficient">N; null: that of an office in the frame's band.</param>
/// <param name="Floors">n, floors between the radios.</param>
/// <param name="FloorLossDb">Lf(n), dB; null: that of an office in the frame's band.</param>
public sealed record ItuIndoorPropagation(double? PowerLossCoefficient, int Floors, double? FloorLossDb) : PropagationConfiguration;

/// <summary>Two-ray ground reflection: free space up to the crossover distance 4 pi ht hr / lambda, then d^4 / (ht^2 hr^2).</summary>
/// <remarks>The antennas' heights are the z of their positions, at least 0.1 m.</remarks>
/// <param name="SystemLoss">L, 1 or more.</param>
public sealed record TwoRayGroundPropagation(double SystemLoss) : PropagationConfiguration;

/// <summary>How a signal varies with time: block fading, one draw for each pair of radios and coherence time, the same both ways.</summary>
/// <param name="RicianK">K, the steady part's power over the scattered part's, linear; 0: Rayleigh.</param>
/// <param name="CoherenceTime">How long a draw holds.</param>
public sealed record FadingConfiguration(double RicianK, TimeSpan CoherenceTime);
