using System.Runtime.InteropServices;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>What came of an attempt at one radio, or of a frame; or that a PPDU was sent.</summary>
internal enum ContentionOutcomeKind
{
    /// <summary>A radio received an attempt; may come more than once, as ACKs get lost.</summary>
    Received,

    /// <summary>A radio that wants the frame did not receive an attempt: too weak, disturbed, or busy sending.</summary>
    Lost,

    /// <summary>The sender is done with the frame: its handle will not come again.</summary>
    Over,

    /// <summary>A PPDU is over, and who received it is known; only if <see cref="ContentionModel.ReportsPpdus"/>.</summary>
    Sent,
}

/// <summary>What came of an attempt at one radio, or of a frame; or that a PPDU was sent.</summary>
/// <param name="Handle">The frame's; negative: a radio of it has gone since. Sent: of no meaning.</param>
/// <param name="Receiver">At whom; null: the frame, or the PPDU, is over.</param>
[StructLayout(LayoutKind.Auto)]
internal record struct ContentionOutcome(ContentionOutcomeKind Kind, int Handle, LinkEndpoint Sender, LinkEndpoint? Receiver)
{
    /// <summary>Received: which attempt of the retry chain it was, from 1. Over: how many were made.</summary>
    public int Attempt { get; init; }

    /// <summary>Over: how many attempts a radio that wanted the frame lost to something else on the medium.</summary>
    public int Collisions { get; init; }

    /// <summary>Received: it has the Retry bit.</summary>
    public bool IsRetry { get; init; }

    /// <summary>Received: the attempt. Over: the last one; null: the frame itself was never sent.</summary>
    public SentMpdu? Mpdu { get; init; }

    /// <summary>Sent: the PPDU, which stays what it is until the next outcome is taken.</summary>
    public Ppdu? Ppdu { get; init; }

    /// <summary>Over: whose ACK the sender received; null: nobody's.</summary>
    public LinkEndpoint? Acknowledger { get; init; }

    /// <summary>At the receiver, or of the ACK at the sender, dBm; NaN: there was no ACK.</summary>
    public float SignalDbm { get; init; }

    /// <summary>End of the attempt, or when the sender knew.</summary>
    public long MediumNs { get; init; }
}
