using System.Runtime.InteropServices;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>Within a building: 20 log10(f) + N log10(d) + Lf(n) - 28, f in MHz, d in metres, 1 or more.</summary>
/// <remarks>Source: Recommendation ITU-R P.1238-8 (2015), equation 1, table 2 (N) and table 3 (Lf), the columns for offices.</remarks>
internal sealed class ItuIndoorModel(ItuIndoorPropagation propagation) : PathLossModel
{
    private const double ShortestDistance = 1;

    /// <inheritdoc/>
    public override double LossDb(Position from, Position to, int freqMhz)
    {
        var office = freqMhz < 4000 ? Office.At2400 : freqMhz < 5500 ? Office.At5200 : Office.At5800;
        double distance = Math.Max((to - from).Length, ShortestDistance);
        double floors = propagation.Floors > 0 ? propagation.FloorLossDb ?? office.FloorLossDb(propagation.Floors) : 0;
        return (20 * Math.Log10(freqMhz)) + ((propagation.PowerLossCoefficient ?? office.PowerLossCoefficient) * Math.Log10(distance)) + floors - 28;
    }

    /// <summary>An office in one row of the tables.</summary>
    /// <remarks>The tables have Lf of one floor at 2.4 and 5.2 GHz, and of two at 5.8 GHz. Beyond that: 4 dB a floor, as the row for 1.8 to 2 GHz
    /// has it, 15 + 4 (n - 1); at 5.8 GHz 6 dB, as from its first floor to its second. 6
    /// GHz has no row: the nearest, 5.8 GHz, stands for it.</remarks>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Office(double PowerLossCoefficient, double FirstFloorDb, double FurtherFloorDb)
    {
        public static Office At2400 => new(30, 14, 4);

        public static Office At5200 => new(31, 16, 4);

        public static Office At5800 => new(24, 22, 6);

        public double FloorLossDb(int floors) => FirstFloorDb + (FurtherFloorDb * (floors - 1));
    }
}
