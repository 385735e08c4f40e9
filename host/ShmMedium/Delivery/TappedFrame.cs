using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>A frame as a tap sees it: what the medium knows of it.</summary>
internal struct TappedFrame
{
    internal TappedFrame(in Frame frame, sbyte signalDbm, bool isAcked) => (Frame, SignalDbm, IsAcked) = (frame, signalDbm, isAcked);

    /// <summary>For the engine: where its bytes are, in the sender's TX slot or in the tap's own memory.</summary>
    internal Frame Frame;

    /// <summary>Signal at the receivers, the strongest, dBm.</summary>
    public sbyte SignalDbm { get; }

    /// <summary>Whether a unicast frame was acknowledged.</summary>
    public bool IsAcked { get; }

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
