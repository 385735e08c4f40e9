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
        bool isRead = MacAddress.TryReadOctets(text, out ulong value, out int octets);
        prefix = isRead ? new MacAddressPrefix(value, octets) : default;
        return isRead;
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
