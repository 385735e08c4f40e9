using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ShmWifi.ShmMedium.Telemetry;

namespace ShmWifi.ShmMedium.Control;

/// <summary>What <see cref="MediumView"/> writes: it has what has changed since the line before.</summary>
[Description("A line of /v1/view: what has changed since the line before.")]
internal sealed record ViewLine
{
    /// <summary>ms since 1970.</summary>
    [Description("When it was written, ms since 1970.")]
    public required long Time { get; init; }

    /// <summary>New ones, and those of which something is new.</summary>
    [Description("Radios that came, or of which something changed, as /v1/radios has them.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RadioState>? Radios { get; init; }

    /// <summary>Names.</summary>
    [Description("Radios that went.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Gone { get; init; }

    /// <summary>Replace those of the line before.</summary>
    [Description("The links that are shown, all of them, as /v1/links/{from}/{to} has them: where there are many radios, those that frames pass on.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LinkState>? Links { get; init; }

    /// <summary>After each change.</summary>
    [Description("The medium as it was given and changed so far; faults have their hits.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? Medium { get; init; }

    /// <summary>The change that led to <see cref="Medium"/>.</summary>
    [Description("What was changed, by anyone, in the words of a schedule.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JsonObject>? Changes { get; init; }

    /// <summary>Each second.</summary>
    [Description("Each second: what /v1/status has, without counts of latencies, and with the first 256 pairs alone.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MediumSnapshot? Status { get; init; }

    /// <summary>Each second.</summary>
    [Description("Each second: how the channels were used in it.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ChannelUse>? Channels { get; init; }

    /// <summary>In the order of their end.</summary>
    [Description("Frames that were over.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ViewFrame>? Frames { get; init; }

    /// <summary>More than a page can show.</summary>
    [Description("Frames that are not among these, as there were too many at once; channels count them.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Skipped { get; init; }

    /// <summary>The client was too slow.</summary>
    [Description("Frames that this client was too slow for: nothing here counts them.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Lost { get; init; }
}

/// <summary>A frame as a line of the timeline.</summary>
[Description("A frame that is over.")]
internal sealed record ViewFrame(
    [property: Description("Counts this client's frames, those left out included.")] long Number,
    [property: Description("µs since 1970.")] long TimeUs,
    [property: Description("Who sent it.")] string Radio,
    int FreqMhz,
    [property: Description("Octets without FCS.")] int Length,
    [property: Description("management, control, data or extension; none: it is no 802.11 frame.")] string Type,
    [property: Description("Its subtype, in words.")] string Name,
    [property: Description("What an injected fault calls frames like it; null: nothing.")] string? Match,
    string? Receiver,
    string? Transmitter,
    string? Bssid,
    [property: Description("Harmless text: octets that are none are written \\xNN.")] string? Ssid,
    [property: Description("An EAPOL packet in the clear.")] bool Eapol,
    [property: Description("Which message of the 4-way handshake, 1 to 4.")] int? Message,
    [property: Description("At the strongest receiver, dBm; null: nobody received it.")] int? SignalDbm,
    [property: Description("As docs/models.md writes it.")] string Rate,
    double Mbps,
    [property: Description("How often it was sent.")] int Attempts,
    [property: Description("How often of that a radio lost it to something else on the medium; 0 where frames take no time.")] int Collisions,
    [property: Description("null: nobody is to acknowledge it.")] bool? Acked,
    [property: Description("It was not acknowledged as its receiver had no room.")] bool NoRoom,
    [property: Description("Of its PPDU, all attempts, µs.")] double AirtimeUs);

/// <summary>How a channel was used for a time.</summary>
[Description("How a channel was used: PPDUs of frames, without acknowledgements and the times between.")]
internal sealed record ChannelUse(
    int FreqMhz,
    [property: Description("Of that time, 0 to 1; more where frames take no time.")] double Busy,
    [property: Description("The same by VM.")] IReadOnlyDictionary<string, double> Vms,
    long Frames,
    [property: Description("Attempts after the first.")] long Retries,
    [property: Description("Attempts that a radio lost to something else on the medium; none where frames take no time.")] long Collisions,
    [property: Description("Unicast frames that were not acknowledged.")] long NotAcked);
