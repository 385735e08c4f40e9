using System.Numerics;
using System.Text;
using ShmWifi.Configuration.Text;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.ShmMedium.Medium.Phy;

/// <summary>Packet error rate from rate, SNR and length.</summary>
/// <remarks>
/// SNR is that of the whole signal, against the noise in 20 MHz. A signal W MHz wide has its
/// power spread over W / 20 times that noise: it sees 10 log10(W / 20) dB
/// less, a narrow one more. N_SS streams share the power: each sees 10 log10(N_SS) dB less; streams are parted without loss. A frame is right if
/// all its octets are: PER(L) = 1 - (1 - PER(L_ref))^(L / L_ref). Guard interval and preamble make no difference.
/// Immutable; all methods may be called by any thread, allocate nothing and never throw.
/// </remarks>
internal sealed class ErrorModel
{
    // A curve: place in _curves, doublings of 5 MHz (3 bits), streams - 1 (3 bits). The last two are its shape, which decides the loss.
    private const int StreamsBits = 3;
    private const int ShapeBits = StreamsBits + 3;

    private const int FirstHt = 12;
    private const int FirstVht = FirstHt + 8;
    private const int FirstHe = FirstVht + 10;
    private const int FirstEht = FirstHe + 12;
    private const int FirstHtOfTwoStreams = FirstEht + 14;

    // One rate of each curve: one stream, 20 MHz wide; HT of two streams has curves of its own where a table gives them.
    private static readonly PhyRate[] s_modulations =
    [
        .. LegacyRates.Of(Band.Ghz2).ToArray().Select(bitRate => PhyRate.Legacy(bitRate)),
        .. Enumerable.Range(0, 8).Select(mcs => PhyRate.Ht(mcs)),
        .. Enumerable.Range(0, 10).Select(mcs => PhyRate.Vht(mcs)),
        .. Enumerable.Range(0, 12).Select(mcs => PhyRate.He(mcs)),
        .. Enumerable.Range(0, 14).Select(mcs => PhyRate.Eht(mcs)),
        .. Enumerable.Range(0, 8).Select(mcs => PhyRate.Ht(mcs)),
    ];

    private static readonly float[] s_lossesDb =
        [.. Enumerable.Range(0, 1 << ShapeBits).Select(shape => LossDb((shape & 7) + 1, 5 << (shape >> StreamsBits)))];

    private readonly ErrorCurve[] _curves;

    private ErrorModel(ErrorCurve[] curves) => _curves = curves;

    /// <summary>The built-in curves: <see cref="AwgnErrors"/>.</summary>
    public static ErrorModel BuiltIn { get; } = new([.. s_modulations.Select(rate => BuiltInCurve(rate))]);

    /// <summary>The built-in curves, except for the rates that a file has tables of.</summary>
    /// <param name="path">Our own form (docs/models.md) or wmediumd's PER file; which one, its first word tells: a rate's name or a number.</param>
    /// <param name="warnings">Gets what is taken otherwise than it is written.</param>
    /// <exception cref="ConfigurationException">The file cannot be read, or is wrong; all that is wrong is told, with line and column.</exception>
    public static ErrorModel Load(string path, ICollection<ConfigurationWarning>? warnings = null)
    {
        var errors = new List<ConfigurationError>();
        List<TableLine> lines = [];
        try
        {
            lines = TableLine.ReadAll(InputText.ReadRegular(path).Split('\n'));
            if (lines.Count == 0) errors.Add(new(path, 0, 0, "no table: the file is empty"));
        }
        catch (IOException exception)
        {
            errors.Add(new(path, 0, 0, $"cannot be read: {exception.Message}"));
        }
        catch (DecoderFallbackException exception)
        {
            errors.Add(new(path, 0, 0, $"is not UTF-8: {exception.Message}"));
        }

        bool isOfWmediumd = lines.Count > 0 && ErrorTableFile.StartsWithNumber(lines[0]);
        var tables = isOfWmediumd ? WmediumdPerFile.Read(path, lines, errors, warnings ?? []) : ErrorTableFile.Read(path, lines, errors);
        if (errors.Count > 0) throw new ConfigurationException([.. errors.OrderBy(error => error.Line).ThenBy(error => error.Column)]);

        ErrorCurve[] curves = [.. BuiltIn._curves];
        foreach (var table in tables)
        {
            var curve = curves[IndexOf(table.Rate)] = table.ToCurve();
            if (table.Rate is { Kind: PhyKind.Ht, Nss: 1, Mcs: var mcs }) curves[FirstHtOfTwoStreams + mcs] = curve; // unless its own follows
        }

        return new ErrorModel(curves);
    }

    /// <summary>The curve of a rate, to be kept where frames of that rate come often.</summary>
    public static int CurveOf(in PhyRate rate)
    {
        int width = BitOperations.Log2((uint)rate.BandwidthMhz / 5);
        return (IndexOf(rate) << ShapeBits) | (width << StreamsBits) | (rate.Nss - 1);
    }

    /// <summary>The rate of one stream, 20 MHz wide, whose curve a rate shares.</summary>
    internal static PhyRate ModulationOf(in PhyRate rate) => s_modulations[IndexOf(rate)];

    /// <summary>Packet error rate, 0..1.</summary>
    /// <param name="curve">Of <see cref="CurveOf"/>.</param>
    /// <param name="snrDb">SNR in 20 MHz, dB.</param>
    /// <param name="octets">Of the PSDU, FCS included.</param>
    public float Per(int curve, float snrDb, int octets) =>
        _curves[curve >> ShapeBits].Per(snrDb - s_lossesDb[curve & ((1 << ShapeBits) - 1)], octets);

    /// <inheritdoc cref="Per(int, float, int)"/>
    public float Per(in PhyRate rate, float snrDb, int octets) => Per(CurveOf(rate), snrDb, octets);

    private static int IndexOf(in PhyRate rate) => rate.Kind switch
    {
        PhyKind.Ht => (rate.Nss == 2 ? FirstHtOfTwoStreams : FirstHt) + (rate.Mcs & 7),
        PhyKind.Vht => FirstVht + rate.Mcs,
        PhyKind.He => FirstHe + rate.Mcs,
        PhyKind.Eht => FirstEht + rate.Mcs,
        _ => rate.Mcs,
    };

    private static ErrorCurve BuiltInCurve(PhyRate rate) => new(snrDb => AwgnErrors.Exponent(rate, Math.Pow(10, snrDb / 10)), isForAnyLength: false);

    /// <summary>How much less than the whole signal's SNR in 20 MHz each stream sees in the signal's width, dB.</summary>
    internal static float LossDb(int streams, int widthMhz) => (float)(10 * Math.Log10(streams * widthMhz / 20.0));
}
