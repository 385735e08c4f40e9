using System.Runtime.InteropServices;

namespace ShmWifi.Configuration;

/// <summary>How long the engine spins on its rings before it sleeps.</summary>
/// <param name="Spin">The time to spin; zero unless <paramref name="Mode"/> is <see cref="PollingMode.Fixed"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Polling(PollingMode Mode, TimeSpan Spin)
{
    /// <summary>The most microseconds that can be asked for: one second.</summary>
    public const int MaxMicroseconds = 1_000_000;

    /// <summary>The engine decides, by whether a core is to spare.</summary>
    public static Polling Auto => default;

    /// <summary>Never spin.</summary>
    public static Polling Off => new(PollingMode.Off, TimeSpan.Zero);

    /// <summary>Spin for this long.</summary>
    public static Polling For(int microseconds) => new(PollingMode.Fixed, TimeSpan.FromMicroseconds(microseconds));
}

/// <summary>Who decides how long the engine spins.</summary>
public enum PollingMode
{
    /// <summary>The engine itself.</summary>
    Auto,

    /// <summary>Nobody: it sleeps at once.</summary>
    Off,

    /// <summary>The configuration.</summary>
    Fixed,
}
