namespace ShmWifi.Hwsim.Protocol;

/// <summary>The kernel's radios cannot be served, or not any more; the message says what is wrong and what to do.</summary>
/// <param name="message">For the person who runs the program.</param>
internal class HwsimException(string message) : IOException(message);
