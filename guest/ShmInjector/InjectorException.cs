namespace ShmWifi.Injector;

/// <summary>The service cannot go on; the message says what is wrong and what to do.</summary>
/// <param name="message">For the person who runs it.</param>
internal sealed class InjectorException(string message) : Exception(message);
