using System.Runtime.InteropServices;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;

namespace ShmWifi.ShmMedium.Medium.Phy;

/// <summary>One rate of a retry chain, with what a medium wants to know of it.</summary>
/// <param name="Attempts">How often to try it.</param>
/// <param name="RateIndex">hwsim's RX_RATE.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChainLink(int Attempts, int Curve, int AckCurve, byte RateIndex);

/// <summary>The retry chain of a radio's latest frame, decoded: rate control changes it far less often than frames come.</summary>
internal sealed class DecodedChain
{
    /// <summary>Attempts a frame at most: far above what mac80211 asks of hwsim (max_rate_tries 11), and a bound for what a guest may cost.</summary>
    public const int MaxAttempts = 64;

    private readonly ChainLink[] _links = new ChainLink[TxRates.MaxCount];
    private readonly TxRate[] _rates = new TxRate[TxRates.MaxCount];
    private RetryChain _chain;
    private uint _freqMhz;
    private ChannelSpacing _spacing;
    private ErrorModel? _errors;
    private DataRate? _dataRate;
    private int _count;

    /// <summary>The rates, in their order; one at least.</summary>
    public ReadOnlySpan<ChainLink> Links => _links.AsSpan(0, _count);

    /// <summary>The same, with the flags that mac80211 gave them.</summary>
    public ReadOnlySpan<TxRate> Rates => _rates.AsSpan(0, _count);

    /// <summary>Attempts of all rates, <see cref="MaxAttempts"/> at most.</summary>
    public int Attempts { get; private set; }

    /// <summary>The rate of an attempt.</summary>
    /// <param name="attempt">From 1; beyond the chain's end: its last.</param>
    public ref readonly ChainLink LinkOf(int attempt)
    {
        int link = 0;
        while (link < _count - 1 && attempt > _links[link].Attempts)
            attempt -= _links[link++].Attempts;
        return ref _links[link];
    }

    /// <summary>Decodes a frame's chain, unless it is the one of the frame before.</summary>
    /// <param name="freqMhz">The frame's: legacy indices differ between bands.</param>
    /// <param name="spacing">Of the frame's channel.</param>
    /// <param name="dataRate">What goes in place of the chain's rates; null: they do.</param>
    public DecodedChain Read(in RetryChain chain, uint freqMhz, ChannelSpacing spacing, ErrorModel errors, DataRate? dataRate)
    {
        if (!IsSame(in chain, in _chain) || freqMhz != _freqMhz || spacing != _spacing || errors != _errors || !ReferenceEquals(dataRate, _dataRate))
            Decode(in chain, freqMhz, spacing, errors, dataRate);
        return this;
    }

    // Word by word: the record's own comparison copies both.
    private static bool IsSame(in RetryChain a, in RetryChain b) =>
        a.Rates.Word == b.Rates.Word && a.FlagsLow == b.FlagsLow && a.FlagsHigh == b.FlagsHigh;

    private void Decode(in RetryChain chain, uint freqMhz, ChannelSpacing spacing, ErrorModel errors, DataRate? dataRate)
    {
        (_chain, _freqMhz, _spacing, _errors, _dataRate) = (chain, freqMhz, spacing, errors, dataRate);
        var band = Channel.BandOf(freqMhz);
        _count = 0;
        Attempts = 0;
        while (_count < TxRates.MaxCount && chain.TryDecode(_count, band, out var rate))
            Add(rate with { Phy = rate.Phy.In(spacing) }, band);
        if (_count == 0)
            Add(new TxRate(PhyRate.BasicOf(band, spacing), Attempts: 1, TxRateFlags.None), band);
    }

    private void Add(TxRate rate, Band band)
    {
        if (_dataRate is not null)
            rate = rate with { Phy = _dataRate.Of(rate.Phy, band) };
        _rates[_count] = rate;
        _links[_count++] = new ChainLink(rate.Attempts, ErrorModel.CurveOf(rate.Phy), ErrorModel.CurveOf(FrameExchange.ResponseRate(rate.Phy)),
            RxRateIndex(rate.Phy, band));
        Attempts = Math.Min(Attempts + rate.Attempts, MaxAttempts);
    }

    /// <summary>A legacy rate, or the band's fastest for HT and later, which the message to the receiver's kernel cannot express.</summary>
    /// <remarks>Source: linux mac80211_hwsim.c, hwsim_cloned_frame_received_nl: an index beyond the band's legacy rates is refused.</remarks>
    private static byte RxRateIndex(in PhyRate rate, Band band) =>
        (byte)(rate.IsLegacy ? LegacyRates.IndexOf(rate, band) : LegacyRates.Of(band).Length - 1);
}
