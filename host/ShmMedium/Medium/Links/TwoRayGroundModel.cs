using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>A direct ray and one from the ground: free space up to the crossover 4 pi ht hr / lambda, where both formulae agree, then
/// 40 log10(d) - 20 log10(ht hr), whatever the frequency.</summary>
/// <remarks>Source: Rappaport, Wireless Communications, 2nd edition, section 4.6; the crossover as in ns-2 and ns-3.
/// ht, hr: the antennas' heights above the ground, their z.</remarks>
internal sealed class TwoRayGroundModel(TwoRayGroundPropagation propagation) : PathLossModel
{
    /// <summary>Lower antennas count as so high, metres.</summary>
    private const double MinimumHeight = 0.1;

    private readonly double _systemLossDb = 10 * Math.Log10(propagation.SystemLoss);

    /// <inheritdoc/>
    public override double LossDb(Position from, Position to, int freqMhz)
    {
        double distance = (to - from).Length;
        double heights = Math.Max(from.Z, MinimumHeight) * Math.Max(to.Z, MinimumHeight);
        double crossover = 4 * Math.PI * heights / FreeSpaceModel.Wavelength(freqMhz);
        double loss = distance <= crossover
            ? FreeSpaceModel.LossDb(distance, freqMhz)
            : (40 * Math.Log10(Math.Max(distance, MinimumDistance))) - (20 * Math.Log10(heights));
        return loss + _systemLossDb;
    }
}
