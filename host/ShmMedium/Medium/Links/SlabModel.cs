using System.Numerics;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>What a plane wave loses that meets a slab head-on: in the material, and by what the two faces send back.</summary>
/// <remarks>Source: Recommendation ITU-R P.2040-3 (2023), section 2.2.2.2, the transmission coefficient of a single layer,
/// T = (1 - R²) exp(-jq) / (1 - R² exp(-2jq)), R that of one face, q = 2 pi d sqrt(eta) / lambda.</remarks>
internal static class SlabModel
{
    private const double FreeSpacePermittivity = 8.8541878128e-12; // F/m

    /// <summary>-20 log10 |T|, dB.</summary>
    /// <param name="freqMhz">Above 0.</param>
    public static double LossDb(WallSlab slab, int freqMhz)
    {
        var eta = new Complex(
            slab.Material.Permittivity, -slab.Material.Conductivity(freqMhz * 1e-3) / (2 * Math.PI * freqMhz * 1e6 * FreeSpacePermittivity));
        var n = Complex.Sqrt(eta);
        var q = n * (2 * Math.PI * slab.ThicknessCm * 1e-2 / FreeSpaceModel.Wavelength(freqMhz));
        var passesFaces = 4 * n / ((1 + n) * (1 + n)); // 1 - R², without the difference of two numbers that are nearly the same
        var echoes = 1 - ((1 - passesFaces) * Complex.Exp(new Complex(2 * q.Imaginary, -2 * q.Real)));
        // exp(-jq) apart: in metal it is no number but 0.
        double materialDb = -20 * Math.Log10(Math.E) * q.Imaginary;
        return materialDb + (20 * Math.Log10(Complex.Abs(echoes) / Complex.Abs(passesFaces)));
    }
}
