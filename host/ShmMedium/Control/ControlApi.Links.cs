using System.Globalization;
using System.Text.Json.Nodes;
using ShmWifi.Configuration.Air;
using ShmWifi.Dot11;

namespace ShmWifi.Medium.Control;

internal sealed partial class ControlApi
{
    /// <summary>MHz: channel 1, for a radio that has sent nothing yet.</summary>
    private const int DefaultFreqMhz = 2412;

    /// <summary>A full Ethernet packet of 1500 octets in QoS data: 26 + 8 + 1500 + 4.</summary>
    private const int DefaultOctets = 1538;

    /// <summary>An acknowledgement.</summary>
    private const int ShortestOctets = 14;

    /// <summary>What hwsim's message can carry, and the FCS.</summary>
    private const int LongestOctets = 2304 + 4;

    private Route[] LinkRoutes() =>
    [
        new("GET", "/v1/links", "getLinks", "The links that are given; the others are computed.", _ =>
            Answer(new JsonArray([.. _air.CurrentAir.Links.Select(l => AirWriter.ToJson(l))])))
        {
            Result = RouteResult.JsonList("link"),
        },
        new("GET", "/v1/links/{from}/{to}", "getLink", "How radios hear each other now: each pair that the two names mean.", ReadLinksAsync)
        {
            Query =
            [
                new("freqMhz", "integer", "On which frequency, MHz; default: that of the sender's latest frame, or 2412."),
                new("rate", "string", "Of a frame, such as 'ofdm 54' or 'ht 7 40 sgi' (docs/models.md); default: the band's basic rate."),
                new("octets", "integer", $"Its length with FCS, 14 to {LongestOctets}; default: {DefaultOctets}."),
            ],
            Result = RouteResult.JsonList("linkReading"),
            Refusals = [(404, "no such radio is on the air")],
        },
        new("PUT", "/v1/links/{from}/{to}", "setLink", "Gives a link, in place of the one that was given for the same two names.", SetLinkAsync)
        {
            Body = "linkChange",
            Result = RouteResult.Json("link"),
            Refusals = [(404, "neither is such a radio on the air, nor is one of the configuration called so"), (409, "there are as many links as may be")],
        },
        new("DELETE", "/v1/links/{from}/{to}", "removeLink", "Takes a given link back: it is computed again.", RemoveLinkAsync)
        {
            Refusals = [(404, "no link is given for these two names")],
        },
    ];

    private async Task<ControlResponse> SetLinkAsync(ControlRequest request)
    {
        LinkConfiguration link = AirText.ReadLink(WithKeys(request.Body, ("from", request["from"]), ("to", request["to"])), Source);
        CheckKnown([("from", link.From), ("to", link.To)]);
        await ChangeAsync(new SetLink(link));
        return ControlResponse.Json(AirWriter.ToJson(link));
    }

    private Task<ControlResponse> RemoveLinkAsync(ControlRequest request)
    {
        RadioPattern from = ReadPattern("from", request["from"]);
        RadioPattern to = ReadPattern("to", request["to"]);
        if (_air.CurrentAir.Links.Any(l => l.From == from && l.To == to))
            return ApplyAsync(new RemoveLink(from, to));
        bool isOther = _air.CurrentAir.Links.Any(l => l.From == to && l.To == from);
        string hint = isOther ? $"; one is given from '{to}' to '{from}'" : "; GET /v1/links tells which are";
        throw new ControlException(404, $"no link is given from '{from}' to '{to}'{hint}");
    }

    private async Task<ControlResponse> ReadLinksAsync(ControlRequest request)
    {
        IReadOnlyList<RadioReading> senders = await FindRadiosAsync("from", ReadPattern("from", request["from"]));
        IReadOnlyList<RadioReading> hearers = await FindRadiosAsync("to", ReadPattern("to", request["to"]));
        int? freqMhz = ReadFrequency(request);
        PhyRate? rate = ReadRate(request);
        int octets = ReadOctets(request);
        var pairs = new JsonArray();
        foreach (RadioReading from in senders)
        {
            foreach (RadioReading to in hearers.Where(r => r != from))
            {
                int freq = freqMhz ?? (from.FreqMhz == 0 ? DefaultFreqMhz : from.FreqMhz);
                PhyRate one = rate ?? (Channel.TryFromFrequency(freq, out Channel channel) ? PhyRate.BasicOf(channel.Band) : default);
                if (await _air.ReadLinkAsync(from, to, freq, one, octets) is { } link)
                    pairs.Add(ToJson(from, to, freq, one, link));
            }
        }
        return ControlResponse.Json(pairs);
    }

    private static JsonObject ToJson(RadioReading from, RadioReading to, int freqMhz, PhyRate rate, LinkReading link)
    {
        var json = new JsonObject
        {
            ["from"] = from.FullName,
            ["to"] = to.FullName,
            ["freqMhz"] = freqMhz,
            ["signalDbm"] = Rounded(link.SignalDbm, 2),
            ["snrDb"] = Rounded(link.SnrDb, 2),
        };
        if (link.Loss is { } loss)
            json["loss"] = loss;
        json["rate"] = rate.ToString();
        json["per"] = Rounded(link.Per, 6);
        return json;
    }

    private static int? ReadFrequency(ControlRequest request)
    {
        string? text = request.Query["freqMhz"];
        if (text is null)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int freqMhz) && Channel.TryFromFrequency(freqMhz, out _))
            return freqMhz;
        throw Wrong("freqMhz", text, "the centre of a 20 MHz channel, such as 2412 or 5180");
    }

    private static PhyRate? ReadRate(ControlRequest request)
    {
        string? text = request.Query["rate"];
        if (text is null)
            return null;
        return PhyRate.TryParse(text, out PhyRate rate) ? rate : throw Wrong("rate", text, "a rate such as 'cck 11', 'ofdm 54', 'ht 7 40 sgi' or 'vht 9 nss 2 80'");
    }

    private static int ReadOctets(ControlRequest request)
    {
        string? text = request.Query["octets"];
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
