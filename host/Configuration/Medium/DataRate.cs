using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Configuration.Medium;

/// <summary>What a radio's unicast data is sent at in place of what its guest tells, which knows no HE and no EHT rate.</summary>
/// <remarks>A class, so that two are told apart in one step. Written <c>none</c>, <c>he</c>, <c>eht</c>, or as one of their rates.</remarks>
public sealed record DataRate
{
    /// <summary>For people: what can be written.</summary>
    public const string Allowed = "none, he, eht, or one of their rates, such as 'he 9 nss 2 80' or 'eht 13 nss 2 320 gi 1.6'";

    private readonly PhyKind? _phy; // null: none
    private readonly PhyRate? _fixed;

    private DataRate(PhyKind? phy, PhyRate? fixedRate) => (_phy, _fixed) = (phy, fixedRate);

    /// <summary>The guest's.</summary>
    public static DataRate None { get; } = new(null, null);

    /// <summary>The rates of a PHY with the modulation, code rate, streams and width that the guest tells.</summary>
    public static DataRate He { get; } = new(PhyKind.He, null);

    /// <inheritdoc cref="He"/>
    public static DataRate Eht { get; } = new(PhyKind.Eht, null);

    /// <summary>HE or EHT, which who receives it must have, too; null: none.</summary>
    public PhyKind? Phy => _phy;

    /// <summary>Always the same rate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither HE nor EHT.</exception>
    public static DataRate Fixed(PhyRate rate)
    {
        if (rate.Kind < PhyKind.He)
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "Guests tell the rates of the older PHYs themselves.");
        return new(rate.Kind, rate);
    }

    /// <summary>Reads the text form; false for what is none.</summary>
    public static bool TryParse(string text, out DataRate dataRate)
    {
        bool isRate = PhyRate.TryParse(text, out var rate) && rate.Kind >= PhyKind.He;
        dataRate = isRate ? Fixed(rate) : text switch { "he" => He, "eht" => Eht, _ => None };
        return isRate || text is "none" or "he" or "eht";
    }

    /// <summary>The rate in place of the guest's.</summary>
    /// <param name="told">The guest's.</param>
    /// <returns>The guest's where a band has no such rate (320 MHz only 6 GHz has, 2.4 GHz has no more than 40), and where the guest told a rate
    /// that stands for no other: DSSS and CCK, and OFDM where HT rates could have been told.</returns>
    public PhyRate Of(in PhyRate told, Band band)
    {
        if (_fixed is { } rate)
            return rate.BandwidthMhz <= WidestOf(band) ? rate : told;
        if (_phy is not { } phy || told.IsDsss || (told.IsLegacy && band != Band.Ghz6))
            return told;
        return told.McsOfSameModulation is { } mcs ? Inferred(phy, mcs, told.Nss, told.BandwidthMhz) : told;
    }

    /// <summary>The text form.</summary>
    public override string ToString() => _fixed?.ToString() ?? _phy switch { PhyKind.He => "he", PhyKind.Eht => "eht", _ => "none" };

    private static PhyRate Inferred(PhyKind phy, int mcs, int nss, int bandwidthMhz) =>
        phy == PhyKind.He ? PhyRate.He(mcs, nss, bandwidthMhz) : PhyRate.Eht(mcs, nss, bandwidthMhz);

    private static int WidestOf(Band band) => band switch { Band.Ghz2 => 40, Band.Ghz5 => 160, _ => 320 };
}
