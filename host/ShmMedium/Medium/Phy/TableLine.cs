using ShmWifi.Configuration.Text;

namespace ShmWifi.ShmMedium.Medium.Phy;

/// <summary>A line of a table that is not empty: its words, and where they are. <c>#</c> begins a comment.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Words">At least one; columns from 1.</param>
internal sealed record TableLine(int Number, IReadOnlyList<(string Text, int Column)> Words)
{
    /// <summary>The text of all words, parted by single blanks.</summary>
    public override string ToString() => string.Join(' ', Words.Select(word => word.Text));

    /// <summary>An error at a word of the line.</summary>
    public ConfigurationError Error(string file, int word, string message) => new(file, Number, Words[word].Column, message);

    /// <summary>The lines of a file.</summary>
    public static List<TableLine> ReadAll(IEnumerable<string> lines) =>
    [
        .. lines.Select((line, i) => new TableLine(i + 1, WordsOf(line))).Where(line => line.Words.Count > 0),
    ];

    private static List<(string Text, int Column)> WordsOf(string line)
    {
        var words = new List<(string, int)>();
        int at = 0;
        while (true)
        {
            while (at < line.Length && char.IsWhiteSpace(line[at])) at++;
            if (at == line.Length || line[at] == '#') return words;

            int start = at;
            while (at < line.Length && !char.IsWhiteSpace(line[at]) && line[at] != '#') at++;
            words.Add((line[start..at], start + 1));
        }
    }
}
