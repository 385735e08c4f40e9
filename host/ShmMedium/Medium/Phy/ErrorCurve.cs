namespace ShmWifi.ShmMedium.Medium.Phy;

/// <summary>How one modulation fares at each SNR of one stream: a table of the error exponent, ln of -ln(1 - PER) an octet.</summary>
/// <remarks>Between the table's steps the exponent is interpolated, which is nearly straight where PER falls steeply.</remarks>
internal sealed class ErrorCurve
{
    private const float MinSnrDb = -20;
    private const float MaxSnrDb = 60;
    private const int StepsPerDb = 4;
    private const int Last = (int)(MaxSnrDb - MinSnrDb) * StepsPerDb;
    private const float Perfect = -80; // e^-80 of an octet: no frame is that long
    private const float Hopeless = 5; // e^5 of an octet: not one gets through

    private readonly float[] _exponents = new float[Last + 2]; // one more, so that the last step has a right end
    private readonly int? _octets;

    /// <summary>Fills the table.</summary>
    /// <param name="exponent">-ln of the probability that one octet is right (with <paramref name="isForAnyLength"/>: that the frame is), by the
    /// SNR in dB.</param>
    /// <param name="isForAnyLength">The length of a frame does not matter.</param>
    public ErrorCurve(Func<double, double> exponent, bool isForAnyLength)
    {
        for (int i = 0; i < _exponents.Length; i++)
            _exponents[i] = (float)Math.Clamp(Math.Log(exponent(MinSnrDb + ((double)i / StepsPerDb))), Perfect, Hopeless);
        _octets = isForAnyLength ? 1 : null;
    }

    /// <summary>PER, 0..1.</summary>
    /// <param name="snrDb">SNR of one stream, dB; not a number: as no signal.</param>
    /// <param name="octets">Of the PSDU, 1 or more.</param>
    public float Per(float snrDb, int octets)
    {
        float place = (snrDb - MinSnrDb) * StepsPerDb;
        if (!(place > 0)) place = 0;
        if (place > Last) place = Last;
        int step = (int)place;
        float exponent = _exponents[step] + ((place - step) * (_exponents[step + 1] - _exponents[step]));
        if (exponent <= Perfect) return 0;
        if (exponent >= Hopeless) return 1;
        return 1 - MathF.Exp(-MathF.Exp(exponent) * (_octets ?? octets));
    }
}
