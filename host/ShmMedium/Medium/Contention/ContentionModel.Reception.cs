using System.Runtime.CompilerServices;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.ShmMedium.Medium.Contention;

// PPDUs on the medium: who senses them, whose receiver follows them, what disturbs them, who gets them.
internal sealed partial class ContentionModel
{
    // A receiver goes over to a later PPDU, at any time (Lee et al., An Experimental Study on the Capture Effect in 802.11a Networks, WiNTECH
    // 2007), that is 10 dB stronger (Opportunities of MIM capture in IEEE 802.11 WLANs: analytic study).
    private const float CaptureDb = 10;

    // Of preambles that begin within aCCATime it finds the strongest: IEEE 802.11-2020 clauses 15.3 (15 µs) and 17.4.4 (4 µs, half clocked 8 µs).
    private const long DsssDetectNs = 15_000;
    private const long OfdmDetectNs = 4_000;

    // What of a header must be read: PLCP header, 48 bits at 1 Mbit/s; SIGNAL, 24 bits at 6 Mbit/s.
    private const int DsssHeaderOctets = 6;
    private const int OfdmHeaderOctets = 3;

    private const long HistoryNs = 100_000; // ended PPDUs are kept so long: more than any PIFS

    private static readonly float s_capture = Power.FromDb(CaptureDb);
    private static readonly int s_dsssHeader = ErrorModel.CurveOf(PhyRate.BasicOf(Band.Ghz2));
    private static readonly int s_ofdmHeader = ErrorModel.CurveOf(PhyRate.BasicOf(Band.Ghz5));

    private const int UsualPpdus = 16; // at once, in the history included

    private readonly List<Ppdu> _ppdus = [.. Enumerable.Range(0, UsualPpdus).Select(index => new Ppdu(index, FirstStations))];
    private readonly IndexSet _freePpdus = NoPpdus(UsualPpdus);
    private readonly Queue<Ppdu> _history = new(UsualPpdus); // ended, in that order
    private Ppdu[] _active = new Ppdu[UsualPpdus];
    private int _activeCount;
    private long _activeVersion; // changes with them

    private Ppdu NewPpdu(Contender station, PpduKind kind, in PhyRate rate, int octets, long durationNs)
    {
        var range = FrequencyRange.Of(rate, station.FreqMhz);
        var ppdu = NewPpdu(station.Endpoint, kind, station.FreqMhz, range, Airtime.Ppdu(rate, octets, station.Band));
        ppdu.Rate = rate;
        ppdu.ResponseOctets = station.ResponseOctets;
        ppdu.Curve = ErrorModel.CurveOf(rate);
        SetErrorOctets(ppdu, octets);
        ppdu.DurationNs = durationNs;
        ppdu.PayloadNs = _nowNs + Airtime.PreambleNs(rate);
        return ppdu;
    }

    private void SetErrorOctets(Ppdu ppdu, int octets)
    {
        ppdu.Octets = octets;
        ppdu.PerKey = ((((long)_errorsVersion << 16) | (uint)ppdu.Curve) << 16) | (uint)octets;
    }

    private Ppdu NewPpdu(LinkEndpoint sender, PpduKind kind, int freqMhz, FrequencyRange range, long airtimeNs)
    {
        var ppdu = TakePpdu();
        ppdu.Kind = kind;
        ppdu.Sender = sender;
        ppdu.To = -1;
        ppdu.Handle = -1;
        ppdu.Attempt = 0;
        ppdu.IsRetry = ppdu.WantsAck = ppdu.IsAnswered = ppdu.HasCollided = false;
        ppdu.FreqMhz = freqMhz;
        ppdu.Range = range;
        ppdu.StartNs = _nowNs;
        ppdu.EndNs = _nowNs + airtimeNs;
        ppdu.Receptions.Clear();
        ppdu.Mpdus.Clear();
        return ppdu;
    }

    private Ppdu TakePpdu()
    {
        while (_history.TryPeek(out var ended) && ended.EndNs < _nowNs - HistoryNs && !ended.IsReported)
            _freePpdus.Add(_history.Dequeue().Index);
        foreach (int index in _freePpdus)
        {
            _freePpdus.Remove(index);
            return _ppdus[index];
        }
        var added = new Ppdu(_ppdus.Count, _contenders.Length);
        _ppdus.Add(added);
        _freePpdus.Grow(_ppdus.Count);
        return added;
    }

    private static IndexSet NoPpdus(int count)
    {
        var free = new IndexSet(count);
        for (int index = 0; index < count; index++)
            free.Add(index);
        return free;
    }

    private void StartPpdu(Ppdu ppdu, Contender sender)
    {
        sender.State = ContenderState.Sending;
        sender.Sending = ppdu;
        for (int i = 0; i < _activeCount && sender.Follows != 0; i++)
        {
            if (_active[i].Receptions.Has(sender.Index))
                GiveUp(sender, ref _active[i].Receptions.Of(sender.Index)); // who sends receives nothing
        }
        BeginPpdu(ppdu, sender);
        UpdateBusy(sender);
    }

    /// <summary>A PPDU begins at all stations that it reaches.</summary>
    /// <param name="sender">Null: a jammer, which is no station.</param>
    private void BeginPpdu(Ppdu ppdu, Contender? sender)
    {
        if (_activeCount == _active.Length)
            Array.Resize(ref _active, 2 * _activeCount);
        ppdu.Place = _activeCount;
        _active[_activeCount++] = ppdu;
        _activeVersion++;
        _events.Set(MediumEvent.PpduEnd, ppdu.Index, ppdu.EndNs);

        var asked = AskWhoWants(ppdu);
        _reached.Clear();
        _reached.AddShared(asked, _anywhere);
        foreach (var channel in _channels)
        {
            if (channel.Range.OverlapMhz(ppdu.Range) > 0)
                _reached.Add(channel.Stations);
        }
        if (ppdu.To >= 0)
            _reached.Add(ppdu.To);
        if (sender is not null)
            _reached.Remove(sender.Index);
        bool isAlone = OverlapsOf(ppdu).IsEmpty;
        foreach (int index in _reached)
            Arrive(ppdu, _contenders[index]!, isAsked: asked.Contains(index), isAlone);
        Disturb(ppdu);
    }

    /// <summary>Those who may want what a PPDU carries.</summary>
    private IndexSet AskWhoWants(Ppdu ppdu)
    {
        _asked.Clear();
        return ppdu.Handle >= 0 && _receivers.AddReceivers(ppdu.Handle, _asked) ? _stations : _asked;
    }

    /// <summary>A PPDU begins at a station.</summary>
    /// <param name="isAsked">The station may want what it carries.</param>
    /// <param name="isAlone">Nothing else is in its part of the spectrum.</param>
    private void Arrive(Ppdu ppdu, Contender station, bool isAsked, bool isAlone)
    {
        ref var reception = ref ppdu.Receptions.Add(station.Index);
        bool isOnChannel = ppdu.IsOn(station.FreqMhz, station.Spacing);
        if (isAsked && (station.ListensMhz is { } listensMhz ? isOnChannel && listensMhz == ppdu.FreqMhz : ppdu.IsClockedFor(station.Spacing)))
        {
            reception.Interest = ppdu.IsAggregate
                ? InterestInMpdus(ppdu, station, ref reception)
                : _receivers.InterestOf(ppdu.Handle, station.Endpoint);
        }
        if (!isOnChannel && reception.Interest != Interest.None && HasFramesForItsChannel(station))
            reception.Interest = Interest.None; // it stays there; else whoever sends to it on another channel kept it from its own
        if (isOnChannel || reception.Interest != Interest.None || ppdu.To == station.Index)
            TryFollow(ppdu, station, ref reception, isAlone);
        if (station.Channel is not { } channel || (!isOnChannel && ppdu.Range.OverlapMhz(channel.Range) == 0))
            return;
        if (ppdu.HasPreambleOn(station.FreqMhz, station.Spacing))
            reception.IsSensed = SignalMw(ppdu, station, ref reception) * 20 / ppdu.Rate.BandwidthMhz >= s_preambleSenseMw;
        SetBusy(station, station.Sending is not null || reception.IsSensed || Senses(station));
    }

    /// <summary>The receiver follows a PPDU whose header has an even chance to be read, unless it follows another.</summary>
    private void TryFollow(Ppdu ppdu, Contender station, ref PpduReception reception, bool isAlone)
    {
        if (station.Sending is not null)
        {
            reception.IsDisturbed = true;
            return;
        }
        ref var link = ref Look(ppdu, ppdu.Sender!, station, ref reception);
        var followed = isAlone ? null : FollowedBy(station, OverlapsOf(ppdu), ppdu.FreqMhz);
        if (followed is not null)
        {
            long detectNs = followed.Rate.IsDsss ? DsssDetectNs : OfdmDetectNs * followed.Rate.Spacing.ClockDivisor();
            bool isSimultaneous = ppdu.StartNs - followed.StartNs < detectNs;
            if (reception.SignalMw <= followed.Receptions.Of(station.Index).SignalMw * (isSimultaneous ? 1 : s_capture))
            {
                reception.IsDisturbed = true;
                return;
            }
        }
        SetInterference(ref reception, isAlone ? 0 : InterferenceMw(ppdu, station));
        ref readonly var clean = ref CleanPer(ppdu, in reception, ref link);
        if ((reception.InterferenceMw == 0 ? clean.HeaderPer : HeaderPer(ppdu, SinrDb(ppdu, in reception))) >= 0.5f)
            return;
        reception.CleanPer = clean.Per;
        if (followed is not null)
            GiveUp(station, ref followed.Receptions.Of(station.Index));
        station.Follows++;
        reception.IsLocked = true;
        reception.SinceNs = _nowNs;
        reception.Success = 1;
        if (station.FreqMhz == ppdu.FreqMhz)
            station.LockedNs = _nowNs;
    }

    private static void Unfollow(Contender station, ref PpduReception reception)
    {
        if (!reception.IsLocked)
            return;
        reception.IsLocked = false;
        station.Follows--;
    }

    /// <summary>A station follows a PPDU no more, as another is in its way.</summary>
    private static void GiveUp(Contender station, ref PpduReception reception)
    {
        reception.IsDisturbed |= reception.IsLocked;
        Unfollow(station, ref reception);
    }

    private static void SetInterference(ref PpduReception reception, float interferenceMw)
    {
        reception.InterferenceMw = interferenceMw;
        reception.IsDisturbed |= interferenceMw > reception.NoiseMw;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Ppdu? FollowedBy(Contender station, ReadOnlySpan<Overlap> among, int freqMhz)
    {
        foreach (ref readonly var overlap in among)
        {
            if (overlap.Ppdu.FreqMhz == freqMhz && overlap.Ppdu.Receptions.Of(station.Index).IsLocked)
                return overlap.Ppdu;
        }
        return null;
    }

    private bool IsReceiving(Contender station) => FollowedBy(station, OverlapsOf(station.Channel), station.FreqMhz) is not null;

    /// <summary>What is on the medium in a channel's part of the spectrum.</summary>
    private ReadOnlySpan<Overlap> OverlapsOf(ContentionChannel? channel) =>
        channel is null ? [] : channel.Overlaps.With(channel.Range, itself: null, _active.AsSpan(0, _activeCount), _activeVersion);

    /// <summary>What else is on the medium in a PPDU's part of the spectrum.</summary>
    private ReadOnlySpan<Overlap> OverlapsOf(Ppdu ppdu) => ppdu.Overlaps.With(ppdu.Range, ppdu, _active.AsSpan(0, _activeCount), _activeVersion);

    /// <summary>A PPDU began or ended: what is received in its part of the spectrum has another SINR from now on.</summary>
    private void Disturb(Ppdu ppdu)
    {
        foreach (ref readonly var overlap in OverlapsOf(ppdu))
        {
            var other = overlap.Ppdu;
            foreach (ref var reception in other.Receptions.All)
            {
                if (!reception.IsLocked)
                    continue;
                ClosePiece(other, ref reception);
                SetInterference(ref reception, InterferenceMw(other, _contenders[reception.Station]!));
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private float InterferenceMw(Ppdu ppdu, Contender station)
    {
        float sum = 0;
        foreach (ref readonly var overlap in OverlapsOf(ppdu))
            sum += overlap.Share * SignalMw(overlap.Ppdu, station, ref overlap.Ppdu.Receptions.Of(station.Index));
        return sum;
    }

    /// <summary>Ends the piece of a reception in which the SINR was the same. Success is the product over the pieces.</summary>
    /// <remarks>In the header only interference matters: the error curves are those of whole PPDUs.</remarks>
    private void ClosePiece(Ppdu ppdu, ref PpduReception reception)
    {
        if (ppdu.IsAggregate && reception.Interest != Interest.None)
            ClosePartOfMpdus(ppdu, ref reception);
        else if (reception.SinceNs == ppdu.StartNs && reception.InterferenceMw == 0 && _nowNs == ppdu.EndNs)
            reception.Success = 1 - reception.CleanPer; // one piece, as most are
        else
            ClosePartOf(ppdu, ref reception);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ClosePartOf(Ppdu ppdu, ref PpduReception reception)
    {
        long fromNs = CloseHeader(ppdu, ref reception);
        long payloadNs = _nowNs - Math.Max(fromNs, ppdu.PayloadNs);
        if (payloadNs > 0)
        {
            float whole = 1 - (reception.InterferenceMw == 0 ? reception.CleanPer : _errors.Per(ppdu.Curve, SinrDb(ppdu, in reception), ppdu.Octets));
            long allNs = ppdu.EndNs - ppdu.PayloadNs;
            reception.Success *= payloadNs == allNs ? whole : MathF.Pow(whole, (float)payloadNs / allNs);
        }
    }

    /// <returns>Since when the piece was.</returns>
    private long CloseHeader(Ppdu ppdu, ref PpduReception reception)
    {
        long fromNs = reception.SinceNs;
        reception.SinceNs = _nowNs;
        long headerNs = Math.Min(_nowNs, ppdu.PayloadNs) - fromNs;
        if (headerNs > 0 && reception.InterferenceMw > 0)
            reception.Success *= MathF.Pow(1 - HeaderPer(ppdu, SinrDb(ppdu, in reception)), (float)headerNs / (ppdu.PayloadNs - ppdu.StartNs));
        return fromNs;
    }

    /// <summary>How a PPDU fares where nothing disturbs: the same for each of its kind, as long as the link is.</summary>
    private ref readonly PerFact CleanPer(Ppdu ppdu, in PpduReception reception, ref LinkFacts link)
    {
        ref var fact = ref ppdu.Kind == PpduKind.Frame ? ref link.Frame : ref link.Control;
        if (fact.Key != ppdu.PerKey)
            fact = ComputeCleanPer(ppdu, in reception);
        return ref fact;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private PerFact ComputeCleanPer(Ppdu ppdu, in PpduReception reception)
    {
        float snrDb = Power.ToDb(reception.SignalMw / reception.NoiseMw);
        return new PerFact(ppdu.PerKey, _errors.Per(ppdu.Curve, snrDb, ppdu.Octets), HeaderPer(ppdu, snrDb));
    }

    private float HeaderPer(Ppdu ppdu, float sinrDb) => ppdu.Rate.IsDsss
        ? _errors.Per(s_dsssHeader, sinrDb, DsssHeaderOctets)
        : _errors.Per(s_ofdmHeader, sinrDb - Power.ToDb(ppdu.Rate.BandwidthMhz / 20f), OfdmHeaderOctets);

    /// <summary>Signal to noise and interference, as the error curves want it: all of the signal to what disturbs it in 20 MHz.</summary>
    private static float SinrDb(Ppdu ppdu, in PpduReception reception) =>
        Power.ToDb(reception.SignalMw / (reception.NoiseMw + (reception.InterferenceMw * 20 / ppdu.Rate.BandwidthMhz)));

    /// <summary>A PPDU's power at a station. That of a sender that has left is no longer known.</summary>
    private float SignalMw(Ppdu ppdu, Contender station, ref PpduReception reception)
    {
        if (!reception.IsKnown && ppdu.Sender is { } sender && sender != station.Endpoint)
            Look(ppdu, sender, station, ref reception);
        return reception.SignalMw;
    }

    /// <summary>Looks up how a station receives a PPDU.</summary>
    private ref LinkFacts Look(Ppdu ppdu, LinkEndpoint sender, Contender station, ref PpduReception reception)
    {
        ref var link = ref _links.FactsOf(sender, station.Index, ppdu.FreqMhz, ppdu.StartNs, out var budget);
        if (link.SignalMw == 0)
        {
            link.SignalMw = Power.FromDb(budget.SignalDbm);
            link.NoiseMw = Power.FromDb(budget.SignalDbm - budget.SnrDb);
        }
        reception.IsKnown = true;
        reception.SignalDbm = budget.SignalDbm;
        reception.SignalMw = link.SignalMw;
        reception.NoiseMw = link.NoiseMw;
        reception.Loss = float.IsNaN(budget.Loss) ? 0 : budget.Loss;
        return ref link;
    }

    private void EndPpdu(Ppdu ppdu)
    {
        var last = _active[--_activeCount];
        (_active[ppdu.Place], last.Place) = (last, ppdu.Place);
        _activeVersion++;
        _history.Enqueue(ppdu);
        Disturb(ppdu);
        foreach (ref var reception in ppdu.Receptions.All)
        {
            reception.IsReceived = reception.IsLocked && TryReceive(ppdu, _contenders[reception.Station]!, ref reception);
            if (reception.IsReceived)
                continue;
            ppdu.HasCollided |= reception.IsDisturbed && reception.Interest != Interest.None;
            if (reception.Interest != Interest.None && ppdu is { Kind: PpduKind.Frame, Sender: { } from })
            {
                var to = _contenders[reception.Station]!.Endpoint;
                if (ppdu.IsAggregate)
                    ReportLostMpdus(ppdu, from, to, in reception);
                else
                    Report(new ContentionOutcome(ContentionOutcomeKind.Lost, ppdu.Handle, from, to) { MediumNs = _nowNs });
            }
        }
        var sender = ppdu is { Sender: { } radio, Kind: not PpduKind.Noise } ? _contenders[radio.Index] : null;
        if (sender is not null)
        {
            if (ReportsPpdus)
                ReportSent(ppdu, sender);
            AfterSending(sender, ppdu);
            UpdateBusy(sender);
        }
        foreach (var channel in _channels)
        {
            if (channel.Range.OverlapMhz(ppdu.Range) == 0)
                continue;
            bool isQuiet = OverlapsOf(channel).IsEmpty;
            foreach (int index in channel.Stations)
            {
                var station = _contenders[index]!;
                if (station != sender)
                    SetBusy(station, station.Sending is not null || (!isQuiet && Senses(station)));
            }
        }
    }

    private void ReportSent(Ppdu ppdu, Contender sender)
    {
        ppdu.IsReported = true;
        Report(new ContentionOutcome(ContentionOutcomeKind.Sent, ppdu.Handle, sender.Endpoint, Receiver: null) { Ppdu = ppdu, MediumNs = _nowNs });
    }

    private bool Succeeds(Ppdu ppdu, LinkEndpoint from, int to, float chance) =>
        ppdu.Kind is PpduKind.Cts or PpduKind.Ack or PpduKind.BlockAck
            ? _links.HappensToResponse(chance, from, to)
            : _links.Happens(chance, from, to);

    /// <summary>The PPDU that a station followed is over.</summary>
    private bool TryReceive(Ppdu ppdu, Contender station, ref PpduReception reception)
    {
        ClosePiece(ppdu, ref reception);
        Unfollow(station, ref reception);
        bool isReceived = ppdu.Sender is { } sender && (ppdu.IsAggregate && reception.Interest != Interest.None
            ? TryReceiveMpdus(ppdu, sender, station, in reception)
            : Succeeds(ppdu, sender, station.Index, reception.Success * (1 - reception.Loss)));

        if (station.FreqMhz == ppdu.FreqMhz)
        {
            // After what could not be received, room is left for its ACK: clause 10.3.2.3.7.
            station.EifsNs = isReceived ? 0 : _nowNs + station.Timing.EifsNs(station.Band, ppdu.Rate.Spacing) - station.Timing.DifsNs;
            if (station.State == ContenderState.AwaitingResponse)
            {
                if (isReceived && ppdu.To == station.Index && ppdu.Kind == station.Expected)
                {
                    OnResponse(station, ppdu.Sender!, reception.SignalDbm); // nothing is received of a sender that has gone
                    return true;
                }
                Fail(station);
            }
        }
        if (isReceived)
            OnReceived(station, ppdu, ref reception);
        return isReceived;
    }
}
