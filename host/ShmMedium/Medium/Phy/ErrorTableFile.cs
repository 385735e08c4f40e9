using System.Globalization;
using ShmWifi.Configuration.Text;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.ShmMedium.Medium.Phy;

/// <summary>Our own tables: a line that names a rate and a frame length, then a line for each point.</summary>
/// <remarks>
/// <code>
/// ofdm 54 length 1000   # octets of the PSDU, or "any"
///   18   1              # SNR in dB, PER
///   22.5 0.1
/// </code>
/// </remarks>
internal static class ErrorTableFile
{
    private const int MaxOctets = 65_535;
    private const double MaxSnrDb = 100;

    /// <summary>Reads the tables of a file.</summary>
    public static List<ErrorTable> Read(string file, List<TableLine> lines, List<ConfigurationError> errors)
    {
        var tables = new List<ErrorTable>();
        for (int i = 0; i < lines.Count;)
        {
            var heading = lines[i++];
            var points = new List<(double, double)>();
            for (; i < lines.Count && StartsWithNumber(lines[i]); i++) ReadPoint(file, lines[i], points, errors);

            if (!TryReadHeading(file, heading, errors, out var rate, out int? octets)) continue;

            if (tables.Exists(table => table.Rate == rate)) errors.Add(heading.Error(file, 0, $"'{rate}' has a table above already"));
            else if (points.Count < 2) errors.Add(heading.Error(file, 0, $"'{rate}' needs two points or more: a line each, SNR in dB and PER"));
            else tables.Add(new ErrorTable(rate, octets, points));
        }

        return tables;
    }

    /// <summary>A word that is a number, as points begin, and rates do not.</summary>
    public static bool StartsWithNumber(TableLine line) => TryParse(line.Words[0].Text, out _);

    /// <summary>Reads a number in the form that does not depend on the country.</summary>
    public static bool TryParse(string word, out double number) =>
        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static bool TryReadHeading(string file, TableLine heading, List<ConfigurationError> errors, out PhyRate rate, out int? octets)
    {
        octets = null;
        rate = default;
        int words = heading.Words.Count;
        if (words < 4 || heading.Words[words - 2].Text != "length")
        {
            errors.Add(heading.Error(file, 0,
                $"'{heading}' is no heading: write a rate and a length, such as 'ofdm 54 length 1000' or 'ht 7 length any'"));
            return false;
        }

        string length = heading.Words[words - 1].Text;
        bool isNumber = int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= MaxOctets;
        if (!isNumber && length != "any")
        {
            errors.Add(heading.Error(file, words - 1, $"'{length}' is no length: 1 to {MaxOctets} octets of the PSDU, or 'any'"));
            return false;
        }

        octets = isNumber ? number : null;
        string name = string.Join(' ', heading.Words.Take(words - 2).Select(word => word.Text));
        if (!PhyRate.TryParse(name, out rate))
        {
            errors.Add(heading.Error(file, 0,
                $"'{name}' is no rate: dsss 1 | 2, cck 5.5 | 11, ofdm 6 to 54, ht 0 to 7, vht 0 to 9, he 0 to 11, eht 0 to 13"));
            return false;
        }

        var modulation = ErrorModel.ModulationOf(rate);
        if (modulation == rate) return true;

        errors.Add(heading.Error(file, 0, $"'{name}' follows from '{modulation}': tables are for one stream, 20 MHz wide"));
        return false;
    }

    private static void ReadPoint(string file, TableLine line, List<(double SnrDb, double Per)> points, List<ConfigurationError> errors)
    {
        if (line.Words.Count != 2)
            errors.Add(line.Error(file, 0, $"{line.Words.Count} numbers: a point has two, SNR in dB and PER"));
        else if (!TryParse(line.Words[0].Text, out double snrDb) || Math.Abs(snrDb) > MaxSnrDb)
            errors.Add(line.Error(file, 0, $"SNR must be from {-MaxSnrDb} to {MaxSnrDb} dB"));
        else if (points.Count > 0 && snrDb <= points[^1].SnrDb)
            errors.Add(line.Error(file, 0, $"SNR must rise: {points[^1].SnrDb} dB is above"));
        else if (!TryParse(line.Words[1].Text, out double per) || per is < 0 or > 1)
            errors.Add(line.Error(file, 1, $"'{line.Words[1].Text}' is no PER: 0 to 1"));
        else
            points.Add((snrDb, per));
    }
}
