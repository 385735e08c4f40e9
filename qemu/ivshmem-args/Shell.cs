using System.Text.RegularExpressions;

namespace ShmWifi.IvshmemArgs;

/// <summary>Quotes words for a POSIX shell, and for GNS3, which splits options by the same rules (Python's shlex).</summary>
internal static partial class Shell
{
    /// <summary>One line that a shell splits into these words again.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    private static string Quote(string word) =>
        Harmless().IsMatch(word) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    [GeneratedRegex("^[A-Za-z0-9_@%+=:,./-]+$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Harmless();
}
