using System.Text.Json;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Configuration.Medium;

/// <summary>An injected fault.</summary>
/// <param name="Name">Unique; names it for changes.</param>
/// <param name="Match">Which frames, to which receivers.</param>
public sealed record FaultConfiguration(string Name, FrameMatch Match, FaultAction Action)
{
    /// <summary>With which probability, 0..1, a frame that matches is hit.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>After so many hits the fault is over; null: never.</summary>
    public long? Count { get; init; }
}

/// <summary>Which frames, as a given receiver would receive them. What is null or empty matches all.</summary>
public sealed record FrameMatch
{
    /// <summary>Kinds of frames, any of them.</summary>
    public IReadOnlyList<FrameKind> Kinds { get; init; } = [];

    /// <summary>Who sends.</summary>
    public RadioPattern From { get; init; }

    /// <summary>Who receives.</summary>
    public RadioPattern To { get; init; }

    /// <summary>Address 1.</summary>
    public MacAddress? Receiver { get; init; }

    /// <summary>Address 2.</summary>
    public MacAddress? Transmitter { get; init; }

    /// <summary>The SSID of a beacon, probe or (re)association request.</summary>
    public string? Ssid { get; init; }
}

/// <summary>A kind of frame, as <see cref="FrameMatch"/> names it: a type, a subtype, or EAPOL.</summary>
/// <param name="Text">The name in the file, such as <c>management</c>, <c>beacon</c>, <c>eapol</c>, <c>eapol3</c>.</param>
public sealed record FrameKind(string Text)
{
    /// <summary>A type; null: any.</summary>
    public FrameType? Type { get; init; }

    /// <summary>A subtype; null: any.</summary>
    public FrameSubtype? Subtype { get; init; }

    /// <summary>0: an EAPOL packet in the clear; 1..4: that message of the 4-way handshake; null: any frame.</summary>
    public int? Eapol { get; init; }

    /// <summary>All kinds: the types <c>management</c>, <c>control</c>, <c>data</c>; each
    /// <see cref="FrameSubtype"/> but plain Data, whose name the type has;
    /// <c>eapol</c>, <c>eapol1</c> to <c>eapol4</c>.</summary>
    public static IReadOnlyList<FrameKind> All { get; } =
    [
        new("management") { Type = FrameType.Management },
        new("control") { Type = FrameType.Control },
        new("data") { Type = FrameType.Data },
        .. Enum.GetValues<FrameSubtype>().Where(s => s != FrameSubtype.Data)
            .Select(s => new FrameKind(JsonNamingPolicy.CamelCase.ConvertName(s.ToString())) { Subtype = s }),
        .. Enumerable.Range(0, 5).Select(message => new FrameKind(message == 0 ? "eapol" : $"eapol{message}") { Eapol = message }),
    ];
}
