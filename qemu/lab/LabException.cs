namespace ShmWifi.Lab;

/// <summary>What the user must be told: what is wrong, where, and what to do. Printed without a stack trace.</summary>
/// <param name="message">The whole text; may have several lines.</param>
internal class LabException(string message) : Exception(message);
