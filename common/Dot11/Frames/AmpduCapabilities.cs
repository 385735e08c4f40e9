using System.Runtime.InteropServices;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Dot11.Frames;

/// <summary>Which A-MPDUs a station receives.</summary>
/// <remarks>Source: IEEE 802.11-2020 clauses 9.4.2.55.3 (HT), 9.4.2.157.2 (VHT), 10.12.2 and 10.12.3; IEEE 802.11ax-2021 clauses 9.4.2.248.2 (HE),
/// 9.4.2.263 (6 GHz) and 26.6.2.</remarks>
/// <param name="HtOctets">The longest in an HT PPDU.</param>
/// <param name="VhtOctets">The longest in a VHT PPDU.</param>
/// <param name="HeOctets">The longest in an HE or EHT PPDU.</param>
/// <param name="MinSpacingNs">Between the starts of two MPDUs.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AmpduCapabilities(int HtOctets, int VhtOctets, int HeOctets, int MinSpacingNs)
{
    /// <summary>Those of mac80211_hwsim's radios: ampdu_factor 3, ampdu_density 6, VHT's exponent 7 (mac80211_hwsim.c).</summary>
    public static AmpduCapabilities OfHwsim { get; } = Of(htExponent: 3, vhtExponent: 7, heExtension: 0, spacing: 6);

    /// <summary>The longest in a PPDU of a rate, octets; 0: such PPDUs carry none.</summary>
    public int MaxOctets(PhyKind kind) => kind switch
    {
        PhyKind.Ht => HtOctets,
        PhyKind.Vht => VhtOctets,
        PhyKind.He or PhyKind.Eht => HeOctets,
        _ => 0,
    };

    /// <summary>From the fields of the elements.</summary>
    /// <param name="htExponent">Maximum A-MPDU Length Exponent of HT, 0..3.</param>
    /// <param name="vhtExponent">That of VHT, or of HE on 6 GHz, 0..7; null: neither is there.</param>
    /// <param name="heExtension">Maximum A-MPDU Length Exponent Extension of HE, 0..3; it counts where the exponent before is the highest.</param>
    /// <param name="spacing">Minimum MPDU Start Spacing, 0..7: none, 1/4, 1/2, 1, 2, 4, 8, 16 µs.</param>
    internal static AmpduCapabilities Of(int htExponent, int? vhtExponent, int heExtension, int spacing)
    {
        int exponent = vhtExponent ?? htExponent;
        int extended = exponent == (vhtExponent is null ? 3 : 7) ? exponent + heExtension : exponent;
        const int MaxHeOctets = 6_500_631; // table 9-34 of IEEE 802.11ax-2021
        return new(
            OctetsOf(htExponent),
            OctetsOf(exponent),
            Math.Min(OctetsOf(extended), MaxHeOctets),
            spacing == 0 ? 0 : 125 << spacing);
    }

    private static int OctetsOf(int exponent) => (1 << (13 + exponent)) - 1;
}
