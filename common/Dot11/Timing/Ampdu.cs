using ShmWifi.Dot11.Rates;

namespace ShmWifi.Dot11.Timing;

/// <summary>A-MPDU: several MPDUs in one PPDU, and the BlockAck that answers it.</summary>
/// <remarks>Source: IEEE 802.11-2020 clauses 9.7.1 (format) and 10.12 (operation).</remarks>
public static class Ampdu
{
    /// <summary>aPPDUMaxTime: no HT-mixed, VHT, HE or EHT PPDU is longer. Tables 19-25 and 21-28, IEEE 802.11ax-2021 table 27-54; ns.</summary>
    public const int MaxPpduNs = 5_484_000;

    /// <summary>MPDUs at most: what the longest bitmap of HE's BlockAck covers.</summary>
    public const int MaxMpdus = 256;

    private const int DelimiterOctets = 4;

    /// <summary>Octets that an MPDU takes before the next one may begin: its delimiter, itself, its padding, and empty delimiters where the receiver
    /// wants more time between two.</summary>
    /// <param name="mpduOctets">FCS included.</param>
    /// <param name="minSpacingNs">Minimum MPDU Start Spacing of the receiver's HT Capabilities: clause 10.12.3.</param>
    public static int SubframeOctets(in PhyRate rate, int mpduOctets, int minSpacingNs) =>
        (Math.Max(DelimiterOctets + mpduOctets, (int)((long)minSpacingNs * rate.DataBitsPerSymbol / (8L * rate.SymbolNs))) + 3) & ~3;

    /// <summary>Octets of the last MPDU of a PPDU, which is not padded, and its delimiter.</summary>
    public static int LastSubframeOctets(int mpduOctets) => DelimiterOctets + mpduOctets;

    /// <summary>Octets of a compressed BlockAck, FCS included.</summary>
    /// <param name="bufferSize">Of the agreement: to 64 the bitmap has 8 octets, above it 32. Clause 9.3.1.8.2.</param>
    public static int BlockAckOctets(int bufferSize) => 2 + 2 + 6 + 6 + 2 + 2 + (bufferSize <= 64 ? 8 : 32) + FrameExchange.FcsOctets;
}
