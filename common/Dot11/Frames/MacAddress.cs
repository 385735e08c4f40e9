using System.Buffers.Binary;
using System.Globalization;

namespace ShmWifi.Dot11.Frames;

/// <summary>An IEEE 802 MAC address.</summary>
/// <remarks>Shape: 6 octets. Orders as the octets do on the medium, the first one most significant.</remarks>
public readonly record struct MacAddress : IComparable<MacAddress>, ISpanFormattable
{
    /// <summary>Octets of an address.</summary>
    public const int Length = 6;

    /// <summary>Characters of an address as text: <c>02:00:00:00:00:01</c>.</summary>
    public const int TextLength = 17;

    private const ulong Mask = (1UL << 48) - 1;

    private readonly ulong _value;

    /// <summary>Makes an address of a number whose bits 47..40 are the first octet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 48 bits.</exception>
    public MacAddress(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Mask);
        _value = value;
    }

    /// <summary>Copies the first six octets of <paramref name="octets"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than six octets.</exception>
    public MacAddress(ReadOnlySpan<byte> octets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(octets.Length, Length, nameof(octets));
        _value = ((ulong)BinaryPrimitives.ReadUInt16BigEndian(octets) << 32) | BinaryPrimitives.ReadUInt32BigEndian(octets[2..]);
    }

    /// <summary>ff:ff:ff:ff:ff:ff.</summary>
    public static MacAddress Broadcast => new(Mask);

    /// <summary>The address as a number whose bits 47..40 are the first octet.</summary>
    public ulong Value => _value;

    /// <summary>Addressed to a group: multicast or broadcast. Source: IEEE 802-2014 clause 8.2, I/G bit.</summary>
    public bool IsGroup => (_value & (1UL << 40)) != 0;

    /// <summary>Locally administered. Source: IEEE 802-2014 clause 8.2, U/L bit.</summary>
    public bool IsLocal => (_value & (2UL << 40)) != 0;

    /// <summary>Reads <c>02:00:00:00:00:01</c>, hexadecimal digits of either case.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static MacAddress Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var address)
            ? address
            : throw new FormatException($"\"{text}\" is not a MAC address: write six octets in hexadecimal, such as 02:00:00:00:00:01.");

    /// <summary>Reads <c>02:00:00:00:00:01</c>; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MacAddress address)
    {
        bool isRead = TryReadOctets(text, out ulong value, out int octets) && octets == Length;
        address = isRead ? new MacAddress(value) : default;
        return isRead;
    }

    /// <summary>Writes the six octets to the front of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than six octets of room.</exception>
    public void CopyTo(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Length, nameof(destination));
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(_value >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(destination[2..], (uint)_value);
    }

    /// <inheritdoc/>
    public int CompareTo(MacAddress other) => _value.CompareTo(other._value);

    /// <summary>Before, octet by octet.</summary>
    public static bool operator <(MacAddress left, MacAddress right) => left._value < right._value;

    /// <summary>After, octet by octet.</summary>
    public static bool operator >(MacAddress left, MacAddress right) => left._value > right._value;

    /// <summary>Before or equal, octet by octet.</summary>
    public static bool operator <=(MacAddress left, MacAddress right) => left._value <= right._value;

    /// <summary>After or equal, octet by octet.</summary>
    public static bool operator >=(MacAddress left, MacAddress right) => left._value >= right._value;

    /// <summary><c>02:00:00:00:00:01</c>, lower case.</summary>
    public override string ToString() => string.Create(TextLength, this, static (text, address) => address.Format(text));

    /// <inheritdoc cref="ToString()"/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <summary>Writes what <see cref="ToString()"/> returns; false where it does not fit. Does not allocate.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        charsWritten = 0;
        if (destination.Length < TextLength) return false;
        Format(destination);
        charsWritten = TextLength;
        return true;
    }

    /// <summary>Reads one to six octets in hexadecimal, with colons between them.</summary>
    /// <param name="value">They, the first most significant.</param>
    internal static bool TryReadOctets(ReadOnlySpan<char> text, out ulong value, out int octets)
    {
        value = 0;
        octets = (text.Length + 1) / 3;
        if (octets is < 1 or > Length || text.Length != (3 * octets) - 1)
            return false;
        for (int i = 0; i < text.Length; i += 3)
        {
            if (i > 0 && text[i - 1] != ':') return false;
            if (!byte.TryParse(text.Slice(i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte octet)) return false;
            value = (value << 8) | octet;
        }
        return true;
    }

    private void Format(Span<char> text)
    {
        const string Digits = "0123456789abcdef";
        for (int i = 0, shift = 44; i < TextLength; i += 3, shift -= 8)
        {
            if (i > 0) text[i - 1] = ':';
            text[i] = Digits[(int)(_value >> shift) & 0xf];
            text[i + 1] = Digits[(int)(_value >> (shift - 4)) & 0xf];
        }
    }
}
