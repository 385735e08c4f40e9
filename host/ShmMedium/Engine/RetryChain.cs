using System.Runtime.InteropServices;
using ShmWifi.Dot11;
using ShmWifi.Medium.Contention;
using ShmWifi.Medium.Phy;

namespace ShmWifi.Medium.Engine;

/// <summary>One rate of a retry chain, with what the medium wants to know of it.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct ChainLink
{
    /// <summary>The rate.</summary>
    public PhyRate Rate;

    /// <summary>RTS/CTS, CTS to self.</summary>
    public TxRateFlags Flags;

    /// <summary>Its error curve.</summary>
    public int Curve;

    /// <summary>The error curve of the ACK's rate.</summary>
    public int AckCurve;

    /// <summary>How often to try it.</summary>
    public int Attempts;

    /// <summary>hwsim's RX_RATE.</summary>
    public byte RateIndex;
}

/// <summary>The retry chain of a radio's latest frame, decoded: rate control changes it far less often than frames come.</summary>
internal sealed class RetryChain
{
    /// <summary>Attempts a frame at most: far above what mac80211 asks of hwsim (max_rate_tries 11), and a bound for what a guest may cost.</summary>
    public const int MaxAttempts = 64;

    private readonly ChainLink[] _links = new ChainLink[TxRates.MaxCount];
    private readonly RateAttempts[] _attempts = new RateAttempts[TxRates.MaxCount];
    private ulong _rates;
    private ulong _rateFlagsLow;
    private uint _rateFlagsHigh;
    private uint _freqMhz;
    private ErrorModel? _errors;
    private int _count;

    /// <summary>The rates, in their order; one at least.</summary>
    public ReadOnlySpan<ChainLink> Links => _links.AsSpan(0, _count);

    /// <summary>The same for the model of contention.</summary>
    public ReadOnlySpan<RateAttempts> Rates => _attempts.AsSpan(0, _count);

    /// <summary>The rate of an attempt.</summary>
    /// <param name="attempt">From 1; beyond the chain's end: its last.</param>
    public ref readonly ChainLink LinkOf(int attempt)
    {
        int link = 0;
        while (link < _count - 1 && attempt > _links[link].Attempts)
            attempt -= _links[link++].Attempts;
        return ref _links[link];
    }

    /// <summary>Attempts of all rates, <see cref="MaxAttempts"/> at most.</summary>
    public int Attempts { get; private set; }

    /// <summary>Decodes a frame's chain, unless it is the one of the frame before.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="errors">Has the curves.</param>
    /// <returns>This chain.</returns>
    public RetryChain Read(in FrameInFlight frame, ErrorModel errors)
    {
        if (frame.Rates == _rates && frame.RateFlagsLow == _rateFlagsLow && frame.RateFlagsHigh == _rateFlagsHigh && frame.FreqMhz == _freqMhz && errors == _errors)
            return this;
        (_rates, _rateFlagsLow, _rateFlagsHigh, _freqMhz, _errors) = (frame.Rates, frame.RateFlagsLow, frame.RateFlagsHigh, frame.FreqMhz, errors);

        var chain = new Dot11.RetryChain(new TxRates(frame.Rates), frame.RateFlagsLow, frame.RateFlagsHigh);
        Band band = Channel.TryFromFrequency((int)frame.FreqMhz, out Channel channel) ? channel.Band : Band.Ghz2;
        for (_count = 0; _count < TxRates.MaxCount && chain.TryDecode(_count, band, out TxRate rate); _count++)
            _links[_count] = LinkOf(rate.Phy, rate.Attempts, rate.Flags, band);
        if (_count == 0)
            _links[_count++] = LinkOf(PhyRate.BasicOf(band), attempts: 1, TxRateFlags.None, band);
        Attempts = 0;
        for (int link = 0; link < _count; link++)
        {
            Attempts = Math.Min(Attempts + _links[link].Attempts, MaxAttempts);
            _attempts[link] = new RateAttempts(_links[link].Rate, _links[link].Flags, _links[link].Attempts);
        }
        return this;
    }

    private static ChainLink LinkOf(in PhyRate rate, int attempts, TxRateFlags flags, Band band) => new()
    {
        Rate = rate,
        Flags = flags,
        Curve = ErrorModel.CurveOf(rate),
        AckCurve = ErrorModel.CurveOf(FrameExchange.ResponseRate(rate)),
        Attempts = attempts,
        RateIndex = RxRateIndex(rate, band),
    };

    /// <summary>A legacy rate, or the band's fastest for HT and VHT, which the message to the hearer's kernel cannot express.</summary>
    /// <remarks>Source: linux mac80211_hwsim.c, hwsim_cloned_frame_received_nl: an index beyond the band's legacy rates is refused.</remarks>
    private static byte RxRateIndex(in PhyRate rate, Band band) => (byte)(rate.IsLegacy ? LegacyRates.IndexOf(rate, band) : LegacyRates.Of(band).Length - 1);
}
