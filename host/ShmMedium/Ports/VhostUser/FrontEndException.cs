namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>A front end, or the guest's driver behind it, broke the rules: its port ends.</summary>
/// <param name="message">What it did.</param>
internal class FrontEndException(string message) : Exception(message);

/// <summary>A front end has closed its connection, as each does at its end.</summary>
internal sealed class FrontEndGoneException() : FrontEndException("it has closed its connection");
