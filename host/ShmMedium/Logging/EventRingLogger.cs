using Microsoft.Extensions.Logging;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.ShmMedium.Logging;

/// <summary>Keeps what is logged for who comes after this process, before the call returns: a queue would die with it.</summary>
internal sealed class EventRingLogger(EventRing ring) : ILoggerProvider, ILogger
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            ring.Write(logLevel, $"{(LogEvent.VmOf(state) is { } vm ? $"{vm}: " : "")}{formatter(state, exception)}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The ring is another's.
    }
}
