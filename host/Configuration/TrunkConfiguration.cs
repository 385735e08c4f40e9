using ShmWifi.Configuration.Medium;

namespace ShmWifi.Configuration;

/// <summary>The NATS server by which daemons on several hosts share one medium.</summary>
/// <param name="Medium">Names the medium; a token of NATS subjects.</param>
/// <param name="Host">Names this daemon among those of the medium; a token of NATS subjects.</param>
/// <param name="Url">nats://HOST:PORT, or tls://HOST:PORT.</param>
public sealed record TrunkConfiguration(string Medium, string Host, Uri Url)
{
    /// <summary>Characters of a medium's or a host's name.</summary>
    public const int MaxToken = 32;

    /// <summary>A file with USER:PASSWORD, or a .creds file; null: the server asks for nothing.</summary>
    public string? Credentials { get; init; }

    /// <summary>The certificates, PEM, of who may have signed the server's; null: the system's.</summary>
    public string? Authorities { get; init; }

    /// <summary>The ivshmem peer ID of the first VM: their default addresses are made of it. Ranges of hosts must not overlap.</summary>
    public int FirstVm { get; init; } = 1;

    /// <summary>How long the radios of a host that says nothing stay.</summary>
    public TimeSpan Grace { get; init; } = DefaultGrace;

    /// <summary>Frames that took longer from host to host are dropped.</summary>
    public TimeSpan StaleAfter { get; init; } = DefaultStaleAfter;

    /// <summary>Of <see cref="Grace"/>: ten of the states that each host publishes.</summary>
    public static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(5);

    /// <summary>Of <see cref="StaleAfter"/>: a TCP sender has not retransmitted yet (RFC 6298: 200 ms in Linux).</summary>
    public static readonly TimeSpan DefaultStaleAfter = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether the connection is encrypted.</summary>
    public bool IsEncrypted => Url.Scheme == "tls";

    /// <summary>Whether a medium or a host can be called so.</summary>
    public static bool IsToken(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= MaxToken && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
    }

    /// <summary>Why hosts cannot share a medium like this; null: they can.</summary>
    public static string? ProblemOf(MediumConfiguration medium)
    {
        ArgumentNullException.ThrowIfNull(medium);
        return medium.Timing == Timing.Airtime
            ? "'timing: airtime' with 'trunk': radios of several hosts would have to contend for a channel in one place, and each frame to wait for "
                + "it; use 'timing: instant'"
            : medium.Schedule.Count != 0 || medium.Fading is not null
            || medium.Radios.Any(r => r.Motion is not null and not LinearMotion { Velocity.Length: 0 })
            ? "'schedule', 'fading' and radios that move go by the medium's time, which begins with each daemon; with 'trunk' leave them out"
            : null;
    }
}
