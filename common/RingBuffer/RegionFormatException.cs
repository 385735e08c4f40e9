namespace ShmWifi.RingBuffer;

/// <summary>A mapping is not a ShmWifi region that this build can use; the message says why.</summary>
/// <param name="message">What is wrong, with both sides' values.</param>
public sealed class RegionFormatException(string message) : Exception(message);
