using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>What all frames of a measurement have in common.</summary>
internal sealed class FrameShape
{
    /// <summary>Puts it together.</summary>
    /// <param name="freqMhz">Centre of the primary channel.</param>
    /// <param name="length">Octets without FCS.</param>
    /// <param name="attempts">How often each is tried.</param>
    /// <param name="protection">What goes before each.</param>
    public FrameShape(in PhyRate rate, int freqMhz, int length, int attempts = 1, TxRateFlags protection = TxRateFlags.None)
    {
        if (!Channel.TryFromFrequency(freqMhz, out var channel))
            throw new ArgumentOutOfRangeException(nameof(freqMhz), freqMhz, "no channel is there");
        (Rate, FreqMhz, Length) = (rate, freqMhz, length);
        (Rates, RateFlags) = TxChain.Of(rate, attempts, protection, channel.Band);
    }

    /// <summary>At which they are sent.</summary>
    public PhyRate Rate { get; }

    /// <summary>Centre of the primary channel, MHz.</summary>
    public int FreqMhz { get; }

    /// <summary>Octets without FCS.</summary>
    public int Length { get; }

    /// <summary>Whether an acknowledgement is expected.</summary>
    public bool IsAcknowledged { get; init; } = true;

    /// <summary>Whether they are QoS data of TID 0, and so may share PPDUs.</summary>
    public bool IsQos { get; init; }

    /// <summary>TX_INFO.</summary>
    public byte[] Rates { get; }

    /// <summary>TX_INFO_FLAGS.</summary>
    public byte[] RateFlags { get; }
}
