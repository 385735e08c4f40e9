using System.ComponentModel;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.ShmMedium.Control;

/// <summary><c>/v1/links</c>.</summary>
internal static class LinkEndpoints
{
    /// <summary>MHz: channel 1, for a radio that has sent nothing yet.</summary>
    private const int DefaultFreqMhz = 2412;

    /// <summary>A full Ethernet packet of 1500 octets in QoS data: 26 + 8 + 1500 + 4.</summary>
    private const int DefaultOctets = 1538;

    /// <summary>An acknowledgement.</summary>
    private const int ShortestOctets = 14;

    /// <summary>What hwsim's message can carry, and the FCS.</summary>
    private const int LongestOctets = 2304 + 4;

    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var links = routes.MapGroup("").WithTags("links");
        links.MapGet("/links", [return: ConfigurationSchema("linkReading", IsList = true)] (IControlledMedium medium) =>
        {
            var present = PresentRadios.On(medium);
            return new JsonArray([.. medium.CurrentMedium.Links.Select(link => present.Mark(MediumWriter.ToJson(link), new SetLink(link)))]);
        })
            .Describe("getLinks", "The links that are given; the others are computed.");
        links.MapGet("/links/{from}/{to}", ReadAsync)
            .Describe("getLink", "The links between radios now: each pair that the two names mean.")
            .Refuses(400, "a parameter is wrong; errors tells which and why")
            .Refuses(404, "no such radio is on the medium");
        links.MapPut("/links/{from}/{to}", SetAsync)
            .Describe("setLink", "Gives a link, in place of the one that was given for the same two names.")
            .Refuses(404, "neither is such a radio on the medium, nor is one of the configuration called so")
            .Refuses(409, "there are as many links as may be");
        links.MapDelete("/links/{from}/{to}", RemoveAsync)
            .Describe("removeLink", "Takes a given link back: it is computed again.")
            .Refuses(404, "no link is given for these two names");
    }

    [return: ConfigurationSchema("link")]
    private static async Task<JsonObject> SetAsync(string from, string to, [ConfigurationSchema("linkChange")] RequestBody body,
        IControlledMedium medium, RadioNames names)
    {
        var link = MediumText.ReadLink(body.With(("from", from), ("to", to)), RequestBody.Source);
        names.CheckKnown(("from", link.From), ("to", link.To));
        await medium.ChangeAsync(new SetLink(link));
        return MediumWriter.ToJson(link);
    }

    private static Task<NoContent> RemoveAsync(string from, string to, IControlledMedium medium)
    {
        var sender = RadioNames.Read("from", from);
        var receiver = RadioNames.Read("to", to);
        var links = medium.CurrentMedium.Links;
        if (links.Any(l => l.From == sender && l.To == receiver))
            return medium.ChangeSilentlyAsync(new RemoveLink(sender, receiver));
        bool isOther = links.Any(l => l.From == receiver && l.To == sender);
        string hint = isOther ? $"; one is given from '{receiver}' to '{sender}'" : "; GET /v1/links tells which are";
        throw new ControlException(404, $"no link is given from '{sender}' to '{receiver}'{hint}");
    }

    private static async Task<IReadOnlyList<LinkState>> ReadAsync(
        string from,
        string to,
        [Description("On which frequency, MHz; default: that of the sender's latest frame, or 2412.")] string? freqMhz,
        [Description("Of a frame, such as 'ofdm 54' or 'ht 7 40 sgi' (docs/models.md); default: the band's basic rate.")] string? rate,
        [Description("Its length with FCS, 14 to 2308; default: 1538.")] string? octets,
        IControlledMedium medium,
        RadioNames names)
    {
        var senders = await names.FindAsync("from", from);
        var receivers = await names.FindAsync("to", to);
        int? askedFreqMhz = ReadFrequency(freqMhz);
        var askedRate = ReadRate(rate);
        int length = ReadOctets(octets);
        var pairs = senders.SelectMany(sender => receivers.Where(receiver => receiver != sender).Select(receiver => (sender, receiver)));
        return await ReadPairsAsync(medium, pairs, askedFreqMhz, askedRate, length);
    }

    /// <summary>The links between pairs of radios, as the API tells them when no frame is described.</summary>
    internal static Task<IReadOnlyList<LinkState>> ReadPairsAsync(IControlledMedium medium,
        IEnumerable<(RadioReading From, RadioReading To)> pairs) => ReadPairsAsync(medium, pairs, null, null, DefaultOctets);

    private static async Task<IReadOnlyList<LinkState>> ReadPairsAsync(IControlledMedium medium,
        IEnumerable<(RadioReading From, RadioReading To)> pairs, int? askedFreqMhz, PhyRate? askedRate, int octets)
    {
        LinkQuestion[] questions = [.. pairs.Select(pair =>
        {
            int freq = askedFreqMhz ?? (pair.From.FreqMhz == 0 ? DefaultFreqMhz : pair.From.FreqMhz);
            var rate = askedRate ?? (Channel.TryFromFrequency(freq, out var channel) ? PhyRate.BasicOf(channel.Band) : default);
            return new LinkQuestion(pair.From, pair.To, freq, rate);
        })];
        var links = await medium.ReadLinksAsync(questions, octets);
        return [.. questions.Zip(links).Where(pair => pair.Second is not null).Select(pair => State(pair.First, pair.Second!))];
    }

    private static LinkState State(in LinkQuestion question, LinkReading link) => new(
        question.From.FullName,
        question.To.FullName,
        question.FreqMhz,
        Rounded.To(link.SignalDbm, 2),
        Rounded.To(link.SnrDb, 2),
        question.Rate.ToString(),
        Rounded.To(link.Per, 6))
    {
        Loss = link.Loss,
    };

    private static int? ReadFrequency(string? text)
    {
        if (text is null)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int freqMhz) && Channel.TryFromFrequency(freqMhz, out _))
            return freqMhz;
        throw Wrong("freqMhz", text, "the centre of a 20 MHz channel, such as 2412 or 5180");
    }

    private static PhyRate? ReadRate(string? text)
    {
        if (text is null)
            return null;
        return PhyRate.TryParse(text, out var rate)
            ? rate
            : throw Wrong("rate", text, "a rate such as 'cck 11', 'ofdm 54', 'ht 7 40 sgi' or 'vht 9 nss 2 80'");
    }

    private static int ReadOctets(string? text)
    {
        if (text is null)
            return DefaultOctets;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int octets) && octets is >= ShortestOctets and <= LongestOctets)
            return octets;
        throw Wrong("octets", text, $"{ShortestOctets} to {LongestOctets}");
    }

    private static ControlException Wrong(string field, string text, string allowed)
    {
        string message = $"'{field}' is '{text}'; allowed: {allowed}";
        return new ControlException(400, message, new FieldError(field, message));
    }
}

/// <summary>A <see cref="LinkReading"/> in JSON.</summary>
[Description("The link from one radio to another now.")]
internal sealed record LinkState(
    [property: Description("Who sends.")] string From,
    [property: Description("Who receives.")] string To,
    int FreqMhz,
    [property: Description("Power at the receiver, dBm.")] decimal SignalDbm,
    [property: Description("Signal to noise there in 20 MHz, dB.")] decimal SnrDb,
    [property: Description("As docs/models.md writes it, such as ofdm 54 or ht 7 40 sgi."), JsonPropertyOrder(1)] string Rate,
    [property: Description("The probability that a frame of this rate, and of the length asked for, is not received."),
        JsonPropertyOrder(1)] decimal Per)
{
    /// <summary>Not always there.</summary>
    [Description("The given probability that an attempt is not received; missing: rate and SNR decide.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Loss { get; init; }
}
