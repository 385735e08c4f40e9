namespace ShmWifi.Configuration.Medium;

/// <summary>A link that is given. Exactly one of <see cref="SnrDb"/> and <see cref="Loss"/> is.</summary>
public sealed record LinkConfiguration(RadioPattern From, RadioPattern To)
{
    /// <summary>Only this direction; else both, one as the other.</summary>
    public bool OneWay { get; init; }

    /// <summary>Signal to noise at the receiver in 20 MHz, dB, whatever the power and the frequency; fading comes on top.</summary>
    public double? SnrDb { get; init; }

    /// <summary>The probability that an attempt is not received, 0..1, whatever its rate and length. The signal is that of a perfect link.</summary>
    public double? Loss { get; init; }
}
