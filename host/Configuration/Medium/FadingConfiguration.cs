using ShmWifi.Configuration.Text;

namespace ShmWifi.Configuration.Medium;

/// <summary>How a signal varies with time: block fading, one draw for each pair of radios and coherence time, the same both ways.</summary>
/// <param name="RicianK">K, the steady part's power over the scattered part's, linear; 0: Rayleigh.</param>
/// <param name="CoherenceTime">How long a draw holds.</param>
public sealed record FadingConfiguration(double RicianK, TimeSpan CoherenceTime)
{
    /// <summary>Nakagami's m, 0.5 or more: the power is gamma distributed, of mean 1 and variance 1/m; null: Rice's or Rayleigh's.</summary>
    public double? NakagamiM { get; init; }

    /// <summary>What is said of it to people.</summary>
    public string ToWords() => FormattableString.Invariant($"{ModelToWords()}, a draw each {Duration.ToText(CoherenceTime)}");

    private string ModelToWords() => this switch
    {
        { NakagamiM: { } m } => FormattableString.Invariant($"Nakagami, m {m}"),
        { RicianK: 0 } => "Rayleigh",
        _ => FormattableString.Invariant($"Rician, K {RicianK}"),
    };
}
