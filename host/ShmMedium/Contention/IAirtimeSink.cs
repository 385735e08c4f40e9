using ShmWifi.Medium.Links;

namespace ShmWifi.Medium.Contention;

/// <summary>Who a radio is to a frame.</summary>
public enum Interest
{
    /// <summary>Not meant, or its kernel does not listen on that frequency.</summary>
    None,

    /// <summary>Gets the frame, but acknowledges nothing: group frames, monitors.</summary>
    Hears,

    /// <summary>Owns address 1.</summary>
    Owns,
}

/// <summary>Owns the frames: says who wants them, and is told what became of them.</summary>
/// <remarks>Called from <see cref="AirtimeMedium.Advance"/> and <see cref="AirtimeMedium.TryEnqueue"/>.</remarks>
public interface IAirtimeSink
{
    /// <summary>Who a radio is to a frame; asked at the start of each attempt.</summary>
    /// <param name="ticket">The frame's.</param>
    /// <param name="radio">Any but the sender.</param>
    Interest InterestOf(int ticket, RadioModel radio);

    /// <summary>A radio received a frame; may come more than once, as ACKs get lost.</summary>
    /// <param name="ticket">The frame's.</param>
    /// <param name="hearer">Who.</param>
    /// <param name="attempt">Which attempt of the retry chain it was, from 1: tells the rate.</param>
    /// <param name="isRetry">It has the Retry bit.</param>
    /// <param name="signalDbm">At the hearer.</param>
    /// <param name="airNs">The frame's end.</param>
    void Heard(int ticket, RadioModel hearer, int attempt, bool isRetry, float signalDbm, long airNs);

    /// <summary>A radio that wants a frame did not receive it: too weak, disturbed, or busy sending.</summary>
    /// <param name="ticket">The frame's.</param>
    /// <param name="hearer">Who.</param>
    void Lost(int ticket, RadioModel hearer);

    /// <summary>It is over with a frame: the ticket will not be used any more.</summary>
    /// <param name="ticket">The frame's.</param>
    /// <param name="attempts">Attempts that were made: the retry chain went so far.</param>
    /// <param name="isAcked">Whether the sender heard an ACK.</param>
    /// <param name="ackSignalDbm">Of the ACK at the sender; NaN: there was none.</param>
    /// <param name="airNs">When the sender knew.</param>
    void Done(int ticket, int attempts, bool isAcked, float ackSignalDbm, long airNs);
}
