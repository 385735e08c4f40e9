namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>Powers add in mW; all else counts in dBm.</summary>
internal static class Power
{
    private const float NepersPerDb = 0.230_258_51f; // ln(10) / 10

    /// <summary>dBm to mW, or a ratio in dB to a plain one.</summary>
    public static float FromDb(float db) => MathF.Exp(db * NepersPerDb);

    /// <summary>A ratio in dB.</summary>
    public static float ToDb(float ratio) => 10 * MathF.Log10(ratio);
}
