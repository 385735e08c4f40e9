using System.Globalization;
using System.Text.Json.Nodes;
using ShmWifi.Configuration.Air;

namespace ShmWifi.Medium.Control;

internal sealed partial class ControlApi
{
    /// <summary>MHz: channel 1, for a radio that has sent nothing yet.</summary>
    private const int DefaultFreqMhz = 2412;

    private Route[] LinkRoutes() =>
    [
        new("GET", "/v1/links", "getLinks", "The links that are given; the others are computed.", _ =>
            Answer(new JsonArray([.. _air.CurrentAir.Links.Select(l => AirWriter.ToJson(l))])))
        {
            Result = RouteResult.JsonList("link"),
        },
        new("GET", "/v1/links/{from}/{to}", "getLink", "How radios hear each other now: each pair that the two names mean.", ReadLinksAsync)
        {
            Query = [new("freqMhz", "integer", "On which frequency, MHz; default: that of the sender's latest frame, or 2412.")],
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
        var pairs = new JsonArray();
        foreach (RadioReading from in senders)
        {
            foreach (RadioReading to in hearers.Where(r => r != from))
            {
                int freq = freqMhz ?? (from.FreqMhz == 0 ? DefaultFreqMhz : from.FreqMhz);
                if (await _air.ReadLinkAsync(from, to, freq) is { } link)
                    pairs.Add(ToJson(from, to, freq, link));
            }
        }
        return ControlResponse.Json(pairs);
    }

    private static JsonObject ToJson(RadioReading from, RadioReading to, int freqMhz, LinkReading link)
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
        return json;
    }

    private static int? ReadFrequency(ControlRequest request)
    {
        if (!request.Query.TryGetValue("freqMhz", out Microsoft.Extensions.Primitives.StringValues text))
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int freqMhz) && Dot11.Channel.TryFromFrequency(freqMhz, out _))
            return freqMhz;
        throw new ControlException(400, $"'{text}' is no channel's frequency", new FieldError("freqMhz", $"is '{text}'; allowed: the centre of a 20 MHz channel, such as 2412 or 5180"));
    }
}
