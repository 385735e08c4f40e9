using Microsoft.Extensions.Logging;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>One thing that happened to an engine, as it is kept in an <see cref="EventRing"/>.</summary>
/// <param name="Ns">When, CLOCK_MONOTONIC.</param>
/// <param name="Engine">The engine's process ID.</param>
/// <param name="Text">UTF-8, if nothing went wrong; may be cut.</param>
internal sealed record EventRecord(long Ns, int Engine, LogLevel Level, ReadOnlyMemory<byte> Text);
