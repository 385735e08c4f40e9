using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>A frame that a radio is asked to send.</summary>
/// <param name="Handle">Names it to its owner.</param>
/// <param name="FreqMhz">Centre of the primary 20 MHz channel.</param>
/// <param name="Octets">Of the MPDU, FCS included.</param>
/// <param name="Category">The queue that it waits in.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Transmission(int Handle, LinkEndpoint Sender, int FreqMhz, int Octets, AccessCategory Category)
{
    /// <summary>Address 1: what its control frames are for, and who sends their answers.</summary>
    public MacAddress Receiver { get; init; }

    /// <summary>Address 2.</summary>
    public MacAddress Transmitter { get; init; }

    /// <summary>An individual receiver shall acknowledge it; else it is sent once.</summary>
    public bool WantsAck { get; init; }

    /// <summary>Contends by DCF, not by EDCA: a data frame without QoS.</summary>
    public bool UsesDcf { get; init; }

    /// <summary>Under which it may share a PPDU with others; null: it is sent alone.</summary>
    public BlockAckAgreement? Agreement { get; init; }

    /// <summary>Its TID, where there is an <see cref="Agreement"/>.</summary>
    public int Tid { get; init; }

    /// <summary>Its sequence number, where there is an <see cref="Agreement"/>.</summary>
    public int Sequence { get; init; }

    /// <summary>For how long it tells that its sender is an access point; 0: it tells nothing of that.</summary>
    public long ApForNs { get; init; }
}

/// <summary>A transmission that waits, or is being sent.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct QueuedTransmission
{
    /// <summary>What was asked for.</summary>
    public Transmission Frame;

    /// <summary>The retry chain.</summary>
    public RetryRates Rates;

    /// <summary>Links of it.</summary>
    public int RateCount;

    /// <summary>Attempts so far; those that ended with an RTS are among them.</summary>
    public int Attempts;

    /// <summary>Those of them that collided: a radio that wanted the frame lost it to something else on the medium. Of an A-MPDU, its first has
    /// them.</summary>
    public int Collisions;

    /// <summary>How the frame itself was on the medium last, from when on it has the Retry bit; null: it was not yet.</summary>
    public SentMpdu? Sent;

    /// <summary>The receiver of an A-MPDU has it, and says so in each BlockAck: its scoreboard.</summary>
    public bool IsOnScoreboard;

    /// <summary>The one behind it in its queue, or in the free list; -1: none.</summary>
    public int Next;

    /// <summary>The rate of an attempt.</summary>
    /// <param name="attempt">Counted from 0.</param>
    public readonly TxRate RateOf(int attempt)
    {
        int link = 0;
        while (link < RateCount - 1 && attempt >= Rates[link].Attempts)
            attempt -= Rates[link++].Attempts;
        return Rates[link];
    }

    /// <summary>Whether all attempts of the chain were made; a frame that nobody acknowledges has one.</summary>
    public readonly bool IsExhausted
    {
        get
        {
            int allowed = 0;
            for (int link = 0; link < RateCount; link++)
                allowed += Rates[link].Attempts;
            return !Frame.WantsAck || Attempts >= allowed;
        }
    }
}

/// <summary>A retry chain.</summary>
[InlineArray(TxRates.MaxCount)]
internal struct RetryRates
{
    private TxRate _first;
}
