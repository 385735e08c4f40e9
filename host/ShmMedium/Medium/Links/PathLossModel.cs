using System.Diagnostics;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>How much of a signal is lost between two places.</summary>
internal abstract class PathLossModel
{
    /// <summary>Nearer places count as so far apart, metres: within it the formulae, which are of the far field, do not hold.</summary>
    public const double MinimumDistance = 0.1;

    /// <summary>The loss between isotropic antennas, dB.</summary>
    /// <param name="from">The sender's antenna, metres.</param>
    /// <param name="freqMhz">Of the frame, above 0.</param>
    public abstract double LossDb(Position from, Position to, int freqMhz);

    /// <summary>The model that a configuration asks for.</summary>
    public static PathLossModel Of(PropagationConfiguration propagation) => propagation switch
    {
        FreeSpacePropagation => new FreeSpaceModel(),
        LogDistancePropagation logDistance => new LogDistanceModel(logDistance),
        ItuIndoorPropagation indoor => new ItuIndoorModel(indoor),
        TwoRayGroundPropagation twoRay => new TwoRayGroundModel(twoRay),
        _ => throw new UnreachableException($"no such propagation: {propagation}"),
    };
}
