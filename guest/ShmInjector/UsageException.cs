namespace ShmWifi.ShmInjector;

/// <summary>The command line is wrong.</summary>
/// <param name="message">What is, and what is allowed.</param>
internal sealed class UsageException(string message) : Exception(message);
