namespace ShmWifi.Lab.Cli;

/// <summary>Quotes words for sh.</summary>
internal static class ShellQuote
{
    /// <summary>A command line that sh takes apart into just these words.</summary>
    public static string Join(IEnumerable<string> words) =>
        string.Join(' ', words.Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
}
