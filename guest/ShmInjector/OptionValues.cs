using System.Globalization;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.ShmInjector;

/// <summary>Reads the values of options.</summary>
internal static class OptionValues
{
    private const int MaxNameLength = 40; // the host shows 47 bytes of a radio's name, number included

    /// <summary>A number.</summary>
    /// <exception cref="UsageException">It is none, or not allowed.</exception>
    public static int ParseNumber(string option, string value, int minimum, int maximum) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= minimum && number <= maximum
            ? number
            : throw new UsageException($"{option} is \"{value}\"; allowed are {minimum} to {maximum}");

    /// <summary>The number of one of hwsim's custom regulatory domains.</summary>
    /// <remarks>Source: linux drivers/net/wireless/virtual/mac80211_hwsim.c, hwsim_world_regdom_custom_01 to _04.</remarks>
    /// <exception cref="UsageException">It is none.</exception>
    public static int ParseRegulatory(string option, string value) => ParseNumber(option, value, 1, 4);

    /// <summary>A radio's address.</summary>
    /// <exception cref="UsageException">It is none, or no radio's.</exception>
    public static MacAddress ParseAddress(string option, string value) =>
        !MacAddress.TryParse(value, out var address)
            ? throw new UsageException($"{option} is \"{value}\"; write six octets in hexadecimal, such as 02:00:00:00:00:01")
        : address.IsGroup || address == default
            ? throw new UsageException(
                $"{option} is {value}, which is no radio's address: the lowest bit of its first octet must be 0, and not all may be 0")
        : address;

    /// <summary>A radio's name, or its beginning.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static string ParseName(string option, string value) =>
        value.Length is > 0 and <= MaxNameLength && char.IsAsciiLetter(value[0])
            && value.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_')
            ? value
            : throw new UsageException(
                $"{option} is \"{value}\"; write 1 to {MaxNameLength} letters, digits, dots, dashes and underscores, a letter first");
}
