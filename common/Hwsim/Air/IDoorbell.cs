namespace ShmWifi.Hwsim.Air;

/// <summary>The way to wake the host.</summary>
internal interface IDoorbell
{
    /// <summary>Rings, and counts what the event index saved.</summary>
    /// <param name="isAsked">Whether the host asked for it.</param>
    void Ring(bool isAsked);
}
