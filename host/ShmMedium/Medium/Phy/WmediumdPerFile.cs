using ShmWifi.Configuration.Text;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.ShmMedium.Medium.Phy;

/// <summary>wmediumd's PER file: a line for each dBm of signal, with the PER of hwsim's twelve legacy rates.</summary>
/// <remarks>
/// wmediumd takes the noise for -91 dBm, the PER for frames of any length, 1 below the first
/// line and 0 above the last, and the lines' numbers to rise by one.
/// It looks HT and VHT rates up in the same columns by their index; here they keep their own curves.
/// Source: wmediumd, wmediumd/per.c, read_per_file() and get_error_prob_from_per_matrix(); wmediumd.h, NOISE_LEVEL; tests/signal_table_ieee80211ax.
/// </remarks>
internal static class WmediumdPerFile
{
    private const int NoiseDbm = -91;

    /// <summary>Reads a file: a table for each DSSS, CCK and OFDM rate.</summary>
    public static List<ErrorTable> Read(string file, List<TableLine> lines, List<ConfigurationError> errors)
    {
        PhyRate[] rates = [.. LegacyRates.Of(Band.Ghz2).ToArray().Select(bitRate => PhyRate.Legacy(bitRate))];
        var columns = new List<(double SnrDb, double Per)>[rates.Length];
        for (int i = 0; i < columns.Length; i++) columns[i] = [];

        int? lastDbm = null;
        foreach (var line in lines)
        {
            if (line.Words.Count != 1 + rates.Length)
            {
                string expected = $"a line has {1 + rates.Length}, the signal in dBm and the PER of {rates.Length} rates, 1 to 54 Mbit/s";
                errors.Add(line.Error(file, 0, $"{line.Words.Count} numbers: {expected}"));
                continue;
            }

            if (!int.TryParse(line.Words[0].Text, out int dbm) || dbm is < -200 or > 100)
            {
                errors.Add(line.Error(file, 0, $"'{line.Words[0].Text}' is no signal: an integer of dBm, -200 to 100"));
                continue;
            }

            if (lastDbm is { } last && dbm != last + 1)
                errors.Add(line.Error(file, 0, $"{dbm} dBm after {last} dBm: the signal must rise by 1 dB a line"));
            if (lastDbm is null) AddToAll(columns, dbm - 1, 1);
            lastDbm = dbm;
            for (int i = 0; i < columns.Length; i++)
            {
                if (ErrorTableFile.TryParse(line.Words[i + 1].Text, out double per) && per is >= 0 and <= 1)
                    columns[i].Add((dbm - NoiseDbm, per));
                else
                    errors.Add(line.Error(file, i + 1, $"'{line.Words[i + 1].Text}' is no PER: 0 to 1"));
            }
        }

        if (lastDbm is { } highest) AddToAll(columns, highest + 1, 0);
        return [.. rates.Select((rate, i) => new ErrorTable(rate, Octets: null, columns[i]))];
    }

    private static void AddToAll(List<(double SnrDb, double Per)>[] columns, int dbm, double per)
    {
        foreach (var column in columns) column.Add((dbm - NoiseDbm, per));
    }
}
