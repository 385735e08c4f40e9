namespace ShmWifi.ShmMedium.Medium;

/// <summary>Decides who receives a frame, and whether it is acknowledged.</summary>
internal interface IMedium
{
    /// <summary>Sends a frame.</summary>
    /// <param name="frame">Just taken from its ring; its slot may be reused after the call's outcome was delivered.</param>
    /// <param name="outcome">Cleared. Gets what is known at once.</param>
    void Transmit(in Frame frame, Outcome outcome);
}
