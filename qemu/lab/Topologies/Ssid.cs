using System.Text;
using System.Text.Unicode;

namespace ShmWifi.Lab.Topologies;

/// <summary>The name of a Wi-Fi network: 1 to 32 octets, whatever they are.</summary>
/// <param name="Hex">The octets in lower-case hexadecimal, as configurations of hostapd and wpa_supplicant take them.</param>
/// <remarks>Source: IEEE 802.11-2020 clause 9.4.2.2; hostapd.conf, ssid2; wpa_supplicant.conf, ssid.</remarks>
internal sealed record Ssid(string Hex)
{
    private const int MaxLength = 32;

    /// <summary>Of a text.</summary>
    public static Ssid Of(string text) => new(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)));

    /// <summary>Reads a text.</summary>
    /// <returns>Null: it has no octet, or more than 32 in UTF-8.</returns>
    public static Ssid? TryOfText(string text) => Encoding.UTF8.GetByteCount(text) is >= 1 and <= MaxLength ? Of(text) : null;

    /// <summary>Reads octets in hexadecimal.</summary>
    /// <returns>Null: it is no hexadecimal, or not of 1 to 32 octets.</returns>
    public static Ssid? TryOfHex(string hex) =>
        hex.Length is >= 2 and <= 2 * MaxLength && hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit) ? new Ssid(hex.ToLowerInvariant()) : null;

    /// <summary>Whether it is text in UTF-8.</summary>
    public bool IsUtf8 => Utf8.IsValid(Convert.FromHexString(Hex));

    /// <summary>The text, where it is one that a terminal shows; else 0x and hexadecimal.</summary>
    public override string ToString()
    {
        string text = Encoding.UTF8.GetString(Convert.FromHexString(Hex));
        return IsUtf8 && !text.Any(char.IsControl) ? text : $"0x{Hex}";
    }
}
