using System.Globalization;

namespace ShmWifi.Dot11.Rates;

/// <content>The name of a rate, as tables, tools and tests write it.</content>
public readonly partial record struct PhyRate
{
    /// <summary>The PHY's names, in <see cref="PhyKind"/>'s order.</summary>
    private static readonly string[] s_kinds = ["dsss", "cck", "ofdm", "ht", "vht", "he", "eht"];

    /// <summary>Reads a name: the PHY, its bit rate in Mbit/s or its MCS, then what differs from one stream, 20 MHz, and the usual guard interval
    /// and preamble.</summary>
    /// <param name="text"><c>cck 11 short</c>, <c>ofdm 54</c>, <c>ofdm 4.5 10</c> (in 10 MHz), <c>ht 7 40 sgi</c>, <c>ht 7 greenfield</c>,
    /// <c>vht 9 nss 2 80 sgi</c>, <c>he 11 80 gi 1.6</c>; words in any case, parted by blanks.</param>
    /// <returns>False: no such rate.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out PhyRate rate)
    {
        rate = default;
        string[] words = text.ToString().ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        int kind = words.Length < 2 ? -1 : Array.IndexOf(s_kinds, words[0]);
        if (kind < 0) return false;

        int? nss = null, bandwidthMhz = null;
        GuardInterval? guardInterval = null;
        bool shortPreamble = false, greenfield = false;
        for (int i = 2; i < words.Length; i++)
        {
            string? next = i + 1 < words.Length ? words[i + 1] : null;
            switch (words[i])
            {
                case "nss" when nss is null && TryParseNumber(next, out int streams):
                    nss = streams;
                    i++;
                    break;
                case "5" or "10" or "20" or "40" or "80" or "160" or "320" when bandwidthMhz is null:
                    bandwidthMhz = int.Parse(words[i], CultureInfo.InvariantCulture);
                    break;
                case "sgi" when guardInterval is null:
                    guardInterval = GuardInterval.Ns400;
                    break;
                case "gi" when guardInterval is null && next is "0.8" or "1.6" or "3.2":
                    guardInterval = next switch { "0.8" => GuardInterval.Ns800, "1.6" => GuardInterval.Ns1600, _ => GuardInterval.Ns3200 };
                    i++;
                    break;
                case "short" when !shortPreamble:
                    shortPreamble = true;
                    break;
                case "greenfield" when !greenfield:
                    greenfield = true;
                    break;
                default:
                    return false;
            }
        }

        bool isNarrow = bandwidthMhz < 20;
        if (isNarrow && (PhyKind)kind != PhyKind.Ofdm) return false;
        bool isPlain = nss is null && (bandwidthMhz is null || isNarrow) && guardInterval is null && !greenfield;
        bool isShortGi = guardInterval == GuardInterval.Ns400;
        switch ((PhyKind)kind)
        {
            case PhyKind.Dsss or PhyKind.Cck or PhyKind.Ofdm:
                var spacing = ChannelSpacings.FromMhz(bandwidthMhz ?? 20) ?? default;
                if (!isPlain || !TryParse100Kbps(words[1], spacing, out int bitRate)) return false;
                int index = LegacyRates.Of(Band.Ghz2).IndexOf((ushort)bitRate);
                if (index < 0) return false;
                rate = FromLegacyIndex(index, shortPreamble).In(spacing);
                return rate.Kind == (PhyKind)kind && shortPreamble == (rate.Preamble == Preamble.DsssShort);
            case PhyKind.Ht:
                if (shortPreamble || nss is not null || guardInterval > GuardInterval.Ns800 || bandwidthMhz > 40
                    || !TryParseMcs(words[1], MaxHtMcs, out int mcs)) return false;
                rate = Ht(mcs, bandwidthMhz ?? 20, isShortGi, greenfield);
                return true;
            case PhyKind.Vht:
                if (shortPreamble || greenfield || guardInterval > GuardInterval.Ns800 || bandwidthMhz > 160 || nss is < 1 or > MaxNss
                    || !TryParseMcs(words[1], MaxVhtMcs, out mcs)) return false;
                rate = Vht(mcs, nss ?? 1, bandwidthMhz ?? 20, isShortGi);
                return true;
            default:
                bool isHe = (PhyKind)kind == PhyKind.He;
                if (shortPreamble || greenfield || isShortGi || nss is < 1 or > MaxNss || (isHe && bandwidthMhz > 160)
                    || !TryParseMcs(words[1], isHe ? MaxHeMcs : MaxEhtMcs, out mcs)) return false;
                var gi = guardInterval ?? GuardInterval.Ns800;
                rate = isHe ? He(mcs, nss ?? 1, bandwidthMhz ?? 20, gi) : Eht(mcs, nss ?? 1, bandwidthMhz ?? 20, gi);
                return true;
        }
    }

    /// <summary>The shortest name that <see cref="TryParse"/> reads back.</summary>
    public override string ToString() => ToString(format: null, CultureInfo.InvariantCulture);

    /// <inheritdoc cref="ToString()"/>
    public string ToString(string? format, IFormatProvider? formatProvider)
    {
        Span<char> text = stackalloc char[32];
        TryFormat(text, out int length, format, formatProvider);
        return new string(text[..length]);
    }

    /// <summary>Writes what <see cref="ToString()"/> returns; false where it does not fit.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        IFormatProvider invariant = CultureInfo.InvariantCulture;
        string kind = s_kinds[(int)Kind];
        string guard = (Kind, GuardInterval) switch
        {
            (_, GuardInterval.Ns400) => " sgi",
            (_, GuardInterval.Ns1600) => " gi 1.6",
            (_, GuardInterval.Ns3200) => " gi 3.2",
            _ => "",
        };
        string blank = BandwidthMhz == 20 ? "" : " ";
        int? width = BandwidthMhz == 20 ? null : BandwidthMhz;
        if (IsLegacy)
        {
            double mbps = LegacyRates.Of(Band.Ghz2)[_index] / 10.0 / Spacing.ClockDivisor();
            return destination.TryWrite(invariant, $"{kind} {mbps:0.###}{(Preamble == Preamble.DsssShort ? " short" : "")}{blank}{width}",
                out charsWritten);
        }

        string streams = Kind == PhyKind.Ht || Nss == 1 ? "" : " nss ";
        int? nss = streams.Length == 0 ? null : Nss;
        string greenfield = Preamble == Preamble.HtGreenfield ? " greenfield" : "";
        return destination.TryWrite(invariant, $"{kind} {Mcs}{streams}{nss}{blank}{width}{guard}{greenfield}", out charsWritten);
    }

    private static bool TryParseMcs(string word, int max, out int mcs) => TryParseNumber(word, out mcs) && mcs <= max;

    private static bool TryParseNumber(string? word, out int number) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>Reads the bit rate that the PHY has in a spacing.</summary>
    /// <param name="bitRate">The same in channels of 20 MHz.</param>
    private static bool TryParse100Kbps(string word, ChannelSpacing spacing, out int bitRate)
    {
        bool isNumber = decimal.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal mbps);
        decimal full = isNumber && mbps is > 0 and <= 54 ? mbps * 10 * spacing.ClockDivisor() : 0;
        bitRate = full % 1 == 0 ? (int)full : 0;
        return bitRate > 0;
    }
}
