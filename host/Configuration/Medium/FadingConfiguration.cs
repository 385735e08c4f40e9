namespace ShmWifi.Configuration.Medium;

/// <summary>How a signal varies with time: block fading, one draw for each pair of radios and coherence time, the same both ways.</summary>
/// <param name="RicianK">K, the steady part's power over the scattered part's, linear; 0: Rayleigh.</param>
/// <param name="CoherenceTime">How long a draw holds.</param>
public sealed record FadingConfiguration(double RicianK, TimeSpan CoherenceTime);
