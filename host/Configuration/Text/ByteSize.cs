using System.Globalization;

namespace ShmWifi.Configuration.Text;

/// <summary>A number of bytes as people write it: a whole number and its unit, <c>100M</c>; each unit is 1024 of the one before.</summary>
public static class ByteSize
{
    /// <summary>For errors.</summary>
    public const string Allowed = "a whole number and its unit out of K, M, G, T (powers of 1024), such as 100M";

    private const int StepBits = 10;
    private const string Units = "KMGT";

    /// <summary>Reads a size; false for anything else, such as a number without a unit or below 0.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        bytes = 0;
        int unit = text.Length == 0 ? -1 : Units.IndexOf(text[^1], StringComparison.Ordinal);
        if (unit < 0 || !long.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out long count))
            return false;
        int bits = StepBits * (unit + 1);
        bytes = count << bits;
        return bytes >> bits == count;
    }

    /// <summary>The text that <see cref="TryParse"/> reads as exactly this, in the largest unit that it is a multiple of.</summary>
    /// <exception cref="ArgumentException">No multiple of 1024.</exception>
    public static string ToText(long bytes)
    {
        for (int unit = Units.Length - 1; unit >= 0; unit--)
        {
            int bits = StepBits * (unit + 1);
            if (bytes >> bits << bits == bytes && (bytes != 0 || unit == 0))
                return string.Create(CultureInfo.InvariantCulture, $"{bytes >> bits}{Units[unit]}");
        }
        throw new ArgumentException($"{bytes} bytes are no multiple of 1024", nameof(bytes));
    }
}
