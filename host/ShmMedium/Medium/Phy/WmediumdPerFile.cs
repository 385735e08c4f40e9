using ShmWifi.Configuration.Text;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.ShmMedium.Medium.Phy;

/// <summary>wmediumd's PER file: a line for each dBm of signal, with the PER of each of its rates.</summary>
/// <remarks>
/// wmediumd takes the noise for -91 dBm, the PER for frames of any length, 1 below the first
/// line and 0 above the last, and the lines' numbers to rise by one.
/// It looks HT and VHT rates up in the columns of legacy rates by their index; here they keep their own curves, unless the columns are theirs.
/// Source: wmediumd, wmediumd/per.c, read_per_file() and get_error_prob_from_per_matrix(); wmediumd.h, NOISE_LEVEL; tests/signal_table_ieee80211ax,
/// which had eight columns (b80b2ff) before it had twelve; Mininet-WiFi, mn_wifi/data/signal_table_ieee80211n_gi20 and others.
/// </remarks>
internal static class WmediumdPerFile
{
    private const int NoiseDbm = -91;

    /// <summary>Which rates the columns are, by how many there are.</summary>
    private static readonly (PhyRate[] Rates, string Names)[] s_forms =
    [
        (LegacyOf(Band.Ghz5), "6 to 54 Mbit/s"),
        (LegacyOf(Band.Ghz2), "1 to 54 Mbit/s"),
        ([.. Enumerable.Range(0, 16).Select(mcs => PhyRate.Ht(mcs))], "HT MCS 0 to 15"),
    ];

    /// <summary>Reads a file: a table for each of its rates.</summary>
    /// <param name="warnings">Gets what is above 1, where wmediumd loses each frame: Mininet-WiFi's 802.11n tables have 529 and the like,
    /// whose point got lost.</param>
    public static List<ErrorTable> Read(string file, List<TableLine> lines, List<ConfigurationError> errors,
        ICollection<ConfigurationWarning> warnings)
    {
        if (FormOf(lines) is not ({ } rates, { } names))
        {
            string sizes = string.Join(", ", s_forms.Select(form => $"{1 + form.Rates.Length} ({form.Names})"));
            errors.Add(lines[0].Error(file, 0, $"{lines[0].Words.Count} numbers: a line has the signal in dBm and the PER of each rate, so {sizes}"));
            return [];
        }

        var columns = new List<(double SnrDb, double Per)>[rates.Length];
        for (int i = 0; i < columns.Length; i++) columns[i] = [];

        int? lastDbm = null;
        foreach (var line in lines)
        {
            if (line.Words.Count != 1 + rates.Length)
            {
                string expected = $"a line has {1 + rates.Length}, the signal in dBm and the PER of {rates.Length} rates, {names}";
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
                var (text, column) = line.Words[i + 1];
                if (!ErrorTableFile.TryParse(text, out double per) || per < 0)
                {
                    errors.Add(line.Error(file, i + 1, $"'{text}' is no PER: 0 to 1"));
                    continue;
                }

                if (per > 1)
                    warnings.Add(new(file, line.Number, column, $"'{text}' is above 1, and counts as 1, as in wmediumd: no frame gets through"));
                columns[i].Add((dbm - NoiseDbm, Math.Min(per, 1)));
            }
        }

        if (lastDbm is { } highest) AddToAll(columns, highest + 1, 0);
        return [.. rates.Select((rate, i) => new ErrorTable(rate, Octets: null, columns[i]))];
    }

    /// <summary>That of the first line that has one.</summary>
    private static (PhyRate[]? Rates, string? Names) FormOf(List<TableLine> lines) =>
        lines.Select(line => Array.Find(s_forms, form => form.Rates.Length == line.Words.Count - 1)).FirstOrDefault(form => form.Rates is not null);

    private static PhyRate[] LegacyOf(Band band) => [.. LegacyRates.Of(band).ToArray().Select(bitRate => PhyRate.Legacy(bitRate))];

    private static void AddToAll(List<(double SnrDb, double Per)>[] columns, int dbm, double per)
    {
        foreach (var column in columns) column.Add((dbm - NoiseDbm, per));
    }
}
