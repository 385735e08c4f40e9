namespace ShmWifi.Configuration.Text;

/// <summary>Finds the word that a mistyped one was meant to be.</summary>
public static class Nearest
{
    /// <summary>A hint to append to an error.</summary>
    /// <returns>" (did you mean 'word'?)", or nothing when no candidate is near: one edit away, or two if it is long.</returns>
    public static string Hint(string word, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(candidates);
        var best = candidates
            .Select(c => (Word: c, Edits: Edits(word.ToUpperInvariant(), c.ToUpperInvariant())))
            .Where(c => c.Edits <= (c.Word.Length >= 6 ? 2 : 1) && c.Edits < c.Word.Length)
            .OrderBy(c => c.Edits)
            .FirstOrDefault();
        return best.Word is null ? "" : $" (did you mean '{best.Word}'?)";
    }

    // Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    private static int Edits(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 2)
            return int.MaxValue;
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
