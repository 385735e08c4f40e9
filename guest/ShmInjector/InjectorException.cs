namespace ShmWifi.ShmInjector;

/// <summary>The way to the host is missing; the message says what is wrong and what to do.</summary>
/// <param name="message">For the person who runs it.</param>
internal sealed class InjectorException(string message) : Exception(message);
