using System.Text;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Medium.Faults;

/// <summary>An injected fault at work: what it hit so far.</summary>
/// <param name="seed">The medium's: which of the frames that match are hit follows from it and from the fault's name.</param>
/// <param name="counters">Where its counter is: of a fault of that name in the engine before, if there was one.</param>
internal sealed class Fault(FaultConfiguration configuration, ulong seed, CounterTable counters)
{
    private readonly byte[]? _ssid = configuration.Match.Ssid is { } ssid ? Encoding.UTF8.GetBytes(ssid) : null;
    private readonly ulong _stream = RandomStream.Key(seed, RandomPurpose.Fault, RandomStream.Hash(configuration.Name));
    private int _counter = counters.Claim(RandomStream.Hash(configuration.Name), (ulong)RandomPurpose.Fault);

    /// <summary>What was ordered.</summary>
    public FaultConfiguration Configuration => configuration;

    /// <summary>Frames that were hit.</summary>
    public long Hits => (long)Volatile.Read(ref counters[_counter].First);

    /// <summary>Whether it has hit as many frames as it was to.</summary>
    public bool IsOver => configuration.Count is { } count && Hits >= count;

    /// <summary>Whether a frame on its way to a receiver is hit; then that is counted.</summary>
    internal bool TryHit(FrameView frame, LinkEndpoint sender, LinkEndpoint listener)
    {
        if (IsOver || !Matches(frame, sender, listener))
            return false;
        if (configuration.Probability < 1 && RandomStream.Uniform(NextKey()) >= configuration.Probability)
            return false;
        counters[_counter].First++;
        return true;
    }

    /// <summary>The key of a stream of random numbers for one frame.</summary>
    internal ulong NextKey() => RandomStream.At(_stream, counters[_counter].Second++);

    /// <summary>It is ordered no longer; frames that it has hit may still draw numbers.</summary>
    internal void Release()
    {
        counters.Release(_counter);
        _counter = 0;
    }

    private bool Matches(FrameView frame, LinkEndpoint sender, LinkEndpoint listener)
    {
        var match = configuration.Match;
        return MatchesKind(frame, match.Kinds)
            && (match.Receiver is not { } receiver || frame.Addr1 == receiver)
            && (match.Transmitter is not { } transmitter || frame.Addr2 == transmitter)
            && (_ssid is null || (frame.TryGetSsid(out var ssid) && ssid.SequenceEqual(_ssid)))
            && sender.Matches(match.From)
            && listener.Matches(match.To);
    }

    private static bool MatchesKind(FrameView frame, IReadOnlyList<FrameKind> kinds)
    {
        if (kinds.Count == 0)
            return true;
        for (int i = 0; i < kinds.Count; i++) // an enumerator would be allocated
        {
            var kind = kinds[i];
            if ((kind.Type is not { } type || frame.FrameControl.Type == type)
                && (kind.Subtype is not { } subtype || frame.FrameControl.Subtype == subtype)
                && (kind.Eapol is not { } message || (message == 0 ? frame.IsEapol : frame.FourWayMessage == message)))
                return true;
        }
        return false;
    }
}
