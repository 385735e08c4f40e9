using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Medium.Contention;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>A frame as a tap sees it: what the medium knows of it.</summary>
internal struct TappedFrame
{
    /// <summary>A frame that is over.</summary>
    internal TappedFrame(in Frame frame, Outcome outcome, MediumClock clock)
    {
        var best = outcome.Best;
        Frame = frame;
        (Attempts, Collisions) = (outcome.Attempts, outcome.Collisions);
        (Attempt, IsRetry, SignalDbm) = best.Attempt != 0 ? (best.Attempt, best.IsRetry, best.SignalDbm) : (Attempts, Attempts > 1, default(sbyte?));
        Mpdu = outcome.Mpdu ?? new SentMpdu(clock.At((long)frame.TakenNs), Ampdu: 0, IsLast: false);
        IsOver = true;
    }

    /// <summary>One attempt of a frame, or a control frame.</summary>
    /// <param name="frame">Its time is the end of its PPDU.</param>
    /// <param name="signalDbm">Null: nobody received it whom it was for.</param>
    /// <param name="attempt">From 1.</param>
    internal TappedFrame(in Frame frame, in SentMpdu mpdu, in PhyRate rate, sbyte? signalDbm, int attempt, bool isRetry)
    {
        Frame = frame;
        Attempt = Attempts = attempt;
        (Mpdu, Rate, SignalDbm, IsRetry) = (mpdu, rate, signalDbm, isRetry);
    }

    /// <summary>The same, or an attempt of it, at a radio that received it.</summary>
    /// <param name="signalDbm">There; null: the radio lost it.</param>
    /// <param name="attempt">From 1.</param>
    public readonly TappedFrame At(Radio receiver, sbyte? signalDbm, int attempt, bool isRetry) => this with
    {
        Receiver = receiver,
        SignalDbm = signalDbm,
        Attempt = attempt,
        Attempts = attempt,
        IsRetry = isRetry,
        IsOver = false, // a receiver knows nothing of what its sender is told
    };

    /// <summary>For the engine: where its bytes are, in the sender's TX slot or in the tap's own memory.</summary>
    internal Frame Frame;

    /// <summary>Whose reception it is; null: it is the frame as it was on the medium.</summary>
    public Radio? Receiver { get; private init; }

    /// <summary>Signal at those who received it, the strongest, dBm; null: nobody did.</summary>
    public sbyte? SignalDbm { get; private init; }

    /// <summary>How often it was sent.</summary>
    public int Attempts { get; private init; }

    /// <summary>How often of that a radio lost it to something else on the medium, once it is over; 0 where frames take no time.</summary>
    public int Collisions { get; }

    /// <summary>The attempt that it is shown as, from 1: the latest that was received, or the last where none was.</summary>
    public int Attempt { get; private init; }

    /// <summary>That attempt had the Retry bit.</summary>
    public bool IsRetry { get; private init; }

    /// <summary>That attempt as it was on the medium; where frames take no time, and where only its RTS was sent, at <see cref="TakenNs"/>.</summary>
    public SentMpdu Mpdu { get; }

    /// <summary>The rate of that attempt; null: the retry chain tells.</summary>
    public PhyRate? Rate { get; }

    /// <summary>The same, as the retry chain and the configuration tell it.</summary>
    public readonly PhyRate ShownRate
    {
        get
        {
            if (Rate is { } known)
                return known;
            var band = Channel.BandOf(FreqMhz);
            var phy = PhyRate.BasicOf(band, Frame.Spacing); // a chain that names none
            int attempt = Attempt;
            for (int place = 0; attempt > 0 && place < TxRates.MaxCount && Chain.TryDecode(place, band, out var rate); place++)
            {
                phy = rate.Phy.In(Frame.Spacing);
                attempt -= rate.Attempts;
            }
            return Frame.DataRate?.Of(phy, band) ?? phy;
        }
    }

    /// <summary>No attempt follows, so that it is known whether it was acknowledged.</summary>
    public bool IsOver { get; private init; }

    /// <summary>Whether a unicast frame was acknowledged.</summary>
    public bool IsAcked { get; init; }

    /// <summary>It was not, as its receiver had no room for it.</summary>
    public bool HasNoRoom { get; init; }

    /// <summary>Who sent it.</summary>
    public readonly Radio Sender => Frame.Sender;

    /// <summary>Bytes, without FCS.</summary>
    public readonly int Length => (int)Frame.Length;

    /// <summary>When the host took it, or when the sender was done with it (airtime), or when its PPDU was over, CLOCK_MONOTONIC, ns.</summary>
    public readonly ulong TakenNs => Frame.TakenNs;

    /// <summary>MHz.</summary>
    public readonly uint FreqMhz => Frame.FreqMhz;

    /// <summary>The rates to send it at.</summary>
    public readonly RetryChain Chain => Frame.Chain;
}
