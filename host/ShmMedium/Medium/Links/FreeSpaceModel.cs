using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>Free space: 20 log10(4 pi d f / c).</summary>
/// <remarks>Source: Friis, A Note on a Simple Transmission Formula, 1946.</remarks>
internal sealed class FreeSpaceModel : PathLossModel
{
    /// <summary>m/s.</summary>
    public const double SpeedOfLight = 299_792_458;

    /// <inheritdoc/>
    public override double LossDb(Position from, Position to, int freqMhz) => LossDb((to - from).Length, freqMhz);

    /// <summary>The loss at a distance, dB.</summary>
    /// <param name="distance">Metres.</param>
    public static double LossDb(double distance, int freqMhz) =>
        20 * Math.Log10(4 * Math.PI * Math.Max(distance, MinimumDistance) / Wavelength(freqMhz));

    /// <summary>c / f, metres.</summary>
    public static double Wavelength(int freqMhz) => SpeedOfLight / (freqMhz * 1e6);
}
