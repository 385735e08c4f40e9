using System.Globalization;
using System.Text;

namespace ShmWifi.ShmMedium.Logging;

/// <summary>Text that a guest chose, made harmless for terminals and logs.</summary>
internal static class GuestText
{
    /// <summary>Appends octets as UTF-8; what is not UTF-8, or would steer the terminal or its reader (control, format, line
    /// separators, also backslash and quote), as <c>\xNN</c>.</summary>
    public static void Append(StringBuilder line, ReadOnlySpan<byte> octets)
    {
        Span<char> text = stackalloc char[2];
        while (!octets.IsEmpty)
        {
            bool isWhole = Rune.DecodeFromUtf8(octets, out var rune, out int length) == System.Buffers.OperationStatus.Done;
            if (isWhole && IsHarmless(rune))
            {
                line.Append(text[..rune.EncodeToUtf16(text)]);
            }
            else
            {
                foreach (byte octet in octets[..length])
                    line.Append($"\\x{octet:x2}");
            }
            octets = octets[length..];
        }
    }

    private static bool IsHarmless(Rune rune) => rune.Value is not ('"' or '\\') && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
