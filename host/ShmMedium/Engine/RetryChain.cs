using System.Buffers.Binary;
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

    private readonly ChainLink[] _links = new ChainLink[TxRate.ChainLength];
    private readonly RateAttempts[] _attempts = new RateAttempts[TxRate.ChainLength];
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

        Span<byte> rates = stackalloc byte[8], rateFlags = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(rates, frame.Rates);
        BinaryPrimitives.WriteUInt64LittleEndian(rateFlags, frame.RateFlagsLow);
        BinaryPrimitives.WriteUInt32LittleEndian(rateFlags[8..], frame.RateFlagsHigh);
        Band band = Channel.TryFromFrequency((int)frame.FreqMhz, out Channel channel) ? channel.Band : Band.Ghz2;
        for (_count = 0; _count < TxRate.ChainLength && TxRate.TryDecode(rates, rateFlags, _count, band, out TxRate rate); _count++)
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

    /// <summary>The chain as it was really used.</summary>
    /// <param name="rates">hwsim_tx_rate[4] as it was asked for.</param>
    /// <param name="attempts">How often the frame was sent, one at least.</param>
    /// <returns>hwsim_tx_rate[4]: indices and counts that were used, then -1.</returns>
    public ulong Used(ulong rates, int attempts)
    {
        if (attempts == 1) // most often
            return (rates & 0xff) | 0x00ff_00ff_00ff_0100;
        ulong used = 0x00ff_00ff_00ff_00ff;
        for (int link = 0; link < _count && attempts > 0; link++)
        {
            int count = Math.Min(attempts, _links[link].Attempts);
            attempts -= count;
            int shift = link * 16;
            used &= ~(0xffffUL << shift);
            used |= ((rates >> shift) & 0xff) << shift | (ulong)(uint)count << (shift + 8);
        }
        return used;
    }

    /// <summary>The chain as it was used when nobody acknowledged: all of it.</summary>
    /// <param name="rates">hwsim_tx_rate[4] as it was asked for; a count of 0 stands for one attempt.</param>
    public static ulong Exhausted(ulong rates)
    {
        for (int link = 0; link < TxRate.ChainLength; link++)
        {
            int shift = link * 16;
            if ((sbyte)(rates >> shift) >= 0 && (byte)(rates >> (shift + 8)) == 0)
                rates |= 1UL << (shift + 8);
        }
        return rates;
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
