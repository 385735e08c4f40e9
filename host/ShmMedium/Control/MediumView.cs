using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Timing;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.ShmMedium.Delivery;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Telemetry;

namespace ShmWifi.ShmMedium.Control;

/// <summary>Tells one page what the medium is like and what passes, as it changes.</summary>
/// <remarks>On a thread of its own, which waits for the page when that reads slowly: then the tap is full, whose frames are counted as lost, and
/// what changes more than once is told once. The engine waits for nobody.</remarks>
internal sealed class MediumView(IControlledMedium medium, ICaptures captures, Func<MediumSnapshot> snapshot, CancellationToken stopping) : IResult
{
    /// <summary>One JSON text a line.</summary>
    public const string ContentType = MediumWatch.ContentType;

    private const int CopiedOctets = 512; // headers, the 4-way handshake and the SSID lie within
    private const int FramesMs = 50;
    private const int MaxFrames = 250; // of one line: what a page can draw
    private const int RadiosMs = 500; // some move by themselves
    private const int StatusMs = 1000;
    private const int AllPairs = 16; // radios of which all pairs are shown
    private const int MaxLinks = 512;
    private const int MaxLatencies = 256;
    private const int FcsOctets = 4;

    private readonly byte[] _copy = new byte[CopiedOctets];
    private readonly List<ViewFrame> _frames = [];
    private readonly ChannelTally _channels = new();
    private readonly StringBuilder _text = new();
    private readonly Channel<MediumChange> _changes = Channel.CreateBounded<MediumChange>(
        new BoundedChannelOptions(256) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Dictionary<string, RadioState> _told = new(StringComparer.Ordinal);
    private readonly Dictionary<(string From, string To), long> _heard = []; // pairs that frames passed between, and when
    private Dictionary<MacAddress, string> _owners = [];
    private IReadOnlyList<LinkState> _links = [];
    private long _number;
    private long _skipped;
    private long _lost;

    /// <summary>Writes until the client has gone or the daemon goes.</summary>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        await using var live = captures.WatchFrames()
            ?? throw new ControlException(409, $"there are {Captures.Limit} captures already; end one first");
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        using var changes = medium.Watch(change => _changes.Writer.TryWrite(change));
        httpContext.Response.ContentType = ContentType;
        httpContext.Response.Headers.CacheControl = "no-store";
        try
        {
            await httpContext.Response.StartAsync(ended.Token);
            await Task.Factory.StartNew(() => Write(live, httpContext.Response.BodyWriter, ended.Token), CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    private void Write(LiveFrames live, PipeWriter output, CancellationToken ended)
    {
        long framesAt = 0, radiosAt = 0, statusAt = Stopwatch.GetTimestamp();
        bool isFirst = true;
        while (!ended.IsCancellationRequested)
        {
            while (live.Tap.TryTake(_copy, out var frame))
                Add(in frame, live.UnixFromMonotonicNs);
            var line = new ViewLine { Time = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() };
            var empty = line;
            var changes = TakeChanges();
            if (isFirst || changes.Count != 0 || IsDue(radiosAt, RadiosMs))
            {
                radiosAt = Stopwatch.GetTimestamp();
                line = WithRadios(line);
            }
            if (isFirst || changes.Count != 0)
                line = line with { Medium = ReadMedium(), Changes = changes };
            if (isFirst || IsDue(statusAt, StatusMs))
            {
                line = line with { Status = ReadStatus(), Channels = _channels.Take(Stopwatch.GetElapsedTime(statusAt)) };
                if (medium.CurrentMedium.Faults.Count != 0)
                    line = line with { Medium = ReadMedium() }; // hits
                statusAt = Stopwatch.GetTimestamp();
            }
            if ((_frames.Count != 0 || _lost != live.Tap.Lost) && IsDue(framesAt, FramesMs))
            {
                framesAt = Stopwatch.GetTimestamp();
                line = WithFrames(line, live.Tap.Lost);
            }
            isFirst = false;
            if (line != empty)
            {
                output.Write(JsonSerializer.SerializeToUtf8Bytes(line, ControlJson.Default.ViewLine));
                output.Write("\n"u8);
                if (line.Frames is not null)
                    _frames.Clear();
                if (output.FlushAsync(ended).AsTask().GetAwaiter().GetResult().IsCompleted)
                    return;
            }
            live.Tap.Wait();
        }
    }

    private static bool IsDue(long at, int ms) => Stopwatch.GetElapsedTime(at).TotalMilliseconds >= ms;

    private List<JsonObject> TakeChanges()
    {
        List<JsonObject> changes = [];
        while (_changes.Reader.TryRead(out var change))
            changes.Add(MediumWriter.ToJson(change));
        return changes;
    }

    private ViewLine WithFrames(ViewLine line, long lost)
    {
        line = line with { Frames = _frames, Skipped = _skipped == 0 ? null : _skipped, Lost = lost == _lost ? null : lost - _lost };
        (_skipped, _lost) = (0, lost);
        return line;
    }

    private JsonObject ReadMedium()
    {
        var json = MediumWriter.ToJson(medium.CurrentMedium);
        var hits = medium.FaultHits;
        foreach (var fault in json["faults"]?.AsArray() ?? [])
            fault!["hits"] = hits.GetValueOrDefault((string)fault["name"]!);
        return json;
    }

    private MediumSnapshot ReadStatus()
    {
        var status = snapshot();
        return status with { LatencyBuckets = [], Latency = [.. status.Latency.Take(MaxLatencies)] };
    }

    private ViewLine WithRadios(ViewLine line)
    {
        var radios = medium.ReadRadiosAsync().GetAwaiter().GetResult();
        List<RadioState> news = [];
        foreach (var state in radios.Select(RadioEndpoints.StateOf))
        {
            if (_told.TryGetValue(state.Radio, out var told) && IsSame(told, state))
                continue;
            _told[state.Radio] = state;
            news.Add(state);
        }
        var present = radios.Select(r => r.FullName).ToHashSet(StringComparer.Ordinal);
        string[] gone = [.. _told.Keys.Where(name => !present.Contains(name))];
        foreach (string name in gone)
            _told.Remove(name);
        _owners = radios.SelectMany(r => r.Addresses.Select(address => (address, r.FullName)))
            .GroupBy(owner => owner.address).ToDictionary(group => group.Key, group => group.First().FullName);
        var links = LinkEndpoints.ReadPairsAsync(medium, PairsOf(radios)).GetAwaiter().GetResult();
        bool isLinkNew = !links.SequenceEqual(_links);
        _links = links;
        return line with
        {
            Radios = news.Count == 0 ? null : news,
            Gone = gone.Length == 0 ? null : gone,
            Links = isLinkNew ? links : null,
        };
    }

    /// <summary>All pairs of a channel; where there are many radios, those that frames passed between of late.</summary>
    private IEnumerable<(RadioReading From, RadioReading To)> PairsOf(IReadOnlyList<RadioReading> radios)
    {
        if (radios.Count <= AllPairs)
            return radios.SelectMany(from => radios.Where(to => to != from && to.FreqMhz == from.FreqMhz).Select(to => (from, to)));
        const long LateNs = 30_000_000_000;
        long now = Linux.MonotonicClock.NowNs;
        foreach (var old in _heard.Where(pair => now - pair.Value > LateNs).Select(pair => pair.Key).ToArray())
            _heard.Remove(old);
        var byName = radios.GroupBy(r => r.FullName, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        return _heard.OrderByDescending(pair => pair.Value).Take(MaxLinks)
            .Where(pair => byName.ContainsKey(pair.Key.From) && byName.ContainsKey(pair.Key.To))
            .Select(pair => (byName[pair.Key.From], byName[pair.Key.To]));
    }

    private static bool IsSame(RadioState one, RadioState other) =>
        one.Position.SequenceEqual(other.Position) && one.Addresses.SequenceEqual(other.Addresses)
        && one == (other with { Position = one.Position, Addresses = one.Addresses });

    private void Add(in TappedFrame tapped, long unixFromNs)
    {
        var (sender, rate) = (tapped.Sender, tapped.ShownRate);
        var frame = FrameRecord.Of(_copy.AsSpan(0, Math.Min(tapped.Length, _copy.Length)), tapped.Length, sender.Port.Name, sender.Name,
            (long)tapped.TakenNs + unixFromNs, tapped.FreqMhz, tapped.SignalDbm, tapped.IsAcked, tapped.HasNoRoom);
        int attempts = Math.Max(tapped.Attempts, 1);
        long airtimeNs = attempts * Airtime.Ppdu(rate, Airtime.PsduOctets(rate, tapped.Length + FcsOctets), Dot11.Channel.BandOf(tapped.FreqMhz));
        _channels.Add((int)tapped.FreqMhz, frame.Vm, airtimeNs, attempts, tapped.Collisions, frame.IsAcked is false);
        string from = sender.FullName;
        if (frame.Receiver is { IsGroup: false } receiver && _owners.TryGetValue(receiver, out string? to) && to != from)
            _heard[(from, to)] = _heard[(to, from)] = Linux.MonotonicClock.NowNs;
        _number++;
        if (_frames.Count == MaxFrames)
        {
            _skipped++;
            return;
        }
        _frames.Add(new ViewFrame(
            _number,
            frame.UnixNs / 1000,
            from,
            (int)frame.FreqMhz,
            frame.Length,
            frame.IsValid ? TypeOf(frame.FrameControl.Type) : "none",
            frame.IsValid ? frame.FrameControl.Name : "no 802.11 frame",
            frame.IsValid ? MatchOf(in frame) : null,
            frame.Receiver?.ToString(),
            frame.Transmitter?.ToString(),
            frame.Bssid?.ToString(),
            frame.HasSsid ? Harmless(frame.Ssid) : null,
            frame.IsEapol,
            frame.FourWayMessage,
            frame.SignalDbm,
            rate.ToString(),
            rate.BitRate100Kbps / 10.0,
            attempts,
            tapped.Collisions,
            frame.IsAcked,
            frame.HasNoRoom,
            airtimeNs / 1e3));
    }

    private static string? MatchOf(in FrameRecord frame)
    {
        int? eapol = frame.FourWayMessage ?? (frame.IsEapol ? 0 : null);
        var control = frame.FrameControl;
        return (eapol is not null
            ? FrameKind.All.FirstOrDefault(kind => kind.Eapol == eapol)
            : FrameKind.All.FirstOrDefault(kind => kind.Subtype == control.Subtype)
                ?? FrameKind.All.FirstOrDefault(kind => kind.Type == control.Type))?.Text;
    }

    private static string TypeOf(FrameType type) => type switch
    {
        FrameType.Management => "management",
        FrameType.Control => "control",
        FrameType.Data => "data",
        _ => "extension",
    };

    private string Harmless(ReadOnlySpan<byte> octets)
    {
        _text.Clear();
        GuestText.Append(_text, octets);
        return _text.ToString();
    }
}
