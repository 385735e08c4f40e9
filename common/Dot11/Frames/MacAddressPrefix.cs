using System.Globalization;
using System.Runtime.InteropServices;

namespace ShmWifi.Dot11.Frames;

/// <summary>The first octets of addresses: three for those of an OUI, six for one address.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MacAddressPrefix
{
    private readonly ulong _value;

    private MacAddressPrefix(ulong value, int octets) => (_value, Octets) = (value, octets);

    /// <summary>How many, 1 to 6.</summary>
    public int Octets { get; }

    /// <summary>Reads <c>02:00:00</c>: one to six octets in hexadecimal. False for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MacAddressPrefix prefix)
    {
        prefix = default;
        int octets = (text.Length + 1) / 3;
        if (octets is < 1 or > MacAddress.Length || text.Length != (3 * octets) - 1)
            return false;
        ulong value = 0;
        for (int i = 0; i < text.Length; i += 3)
        {
            if (i > 0 && text[i - 1] != ':')
                return false;
            if (!byte.TryParse(text.Slice(i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte octet))
                return false;
            value = (value << 8) | octet;
        }
        prefix = new MacAddressPrefix(value, octets);
        return true;
    }

    /// <summary>Whether an address begins so.</summary>
    public bool Contains(MacAddress address) => address.Value >> (8 * (MacAddress.Length - Octets)) == _value;

    /// <summary>As <see cref="TryParse"/> reads it, lower case.</summary>
    public override string ToString()
    {
        ulong value = _value;
        int octets = Octets;
        return string.Join(':', Enumerable.Range(1, octets).Select(i => $"{(byte)(value >> (8 * (octets - i))):x2}"));
    }
}
