using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>A frame as a tap sees it: what the medium knows of it.</summary>
internal struct TappedFrame
{
    internal TappedFrame(in Frame frame, Outcome outcome)
    {
        var best = outcome.Best;
        Frame = frame;
        Attempts = outcome.Attempts;
        (Attempt, IsRetry, SignalDbm) = best.Attempt != 0 ? (best.Attempt, best.IsRetry, best.SignalDbm) : (Attempts, Attempts > 1, default(sbyte?));
    }

    /// <summary>For the engine: where its bytes are, in the sender's TX slot or in the tap's own memory.</summary>
    internal Frame Frame;

    /// <summary>Signal at those who received it, the strongest, dBm; null: nobody did.</summary>
    public sbyte? SignalDbm { get; }

    /// <summary>How often it was sent.</summary>
    public int Attempts { get; }

    /// <summary>The attempt that it is shown as, from 1: the latest that was received, or the last where none was.</summary>
    public int Attempt { get; }

    /// <summary>That attempt had the Retry bit.</summary>
    public bool IsRetry { get; }

    /// <summary>Whether a unicast frame was acknowledged.</summary>
    public bool IsAcked { get; init; }

    /// <summary>It was not, as its receiver had no room for it.</summary>
    public bool HasNoRoom { get; init; }

    /// <summary>Who sent it.</summary>
    public readonly Radio Sender => Frame.Sender;

    /// <summary>Bytes, without FCS.</summary>
    public readonly int Length => (int)Frame.Length;

    /// <summary>When the host took it, or when the sender was done with it (airtime), CLOCK_MONOTONIC, ns.</summary>
    public readonly ulong TakenNs => Frame.TakenNs;

    /// <summary>MHz.</summary>
    public readonly uint FreqMhz => Frame.FreqMhz;

    /// <summary>The rates to send it at.</summary>
    public readonly RetryChain Chain => Frame.Chain;
}
