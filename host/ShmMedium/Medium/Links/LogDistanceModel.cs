using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>Free space up to the reference distance d0, then 10 n log10(d / d0) more.</summary>
/// <remarks>Source: Rappaport, Wireless Communications, 2nd edition, section 4.11.1.</remarks>
internal sealed class LogDistanceModel(LogDistancePropagation propagation) : PathLossModel
{
    /// <inheritdoc/>
    public override double LossDb(Position from, Position to, int freqMhz)
    {
        double distance = (to - from).Length;
        double reference = propagation.ReferenceDistance;
        return distance <= reference
            ? FreeSpaceModel.LossDb(distance, freqMhz)
            : FreeSpaceModel.LossDb(reference, freqMhz) + (10 * propagation.Exponent * Math.Log10(distance / reference));
    }
}
