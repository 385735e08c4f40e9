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

    // Of preambles that begin within aCCATime it finds the strongest: IEEE 802.11-2020 clauses 15.3 (15 µs) and 17.4.4 (4 µs).
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
    private Ppdu[] _active = new Ppdu[UsualPpdus];
    private int _activeCount;

    private Ppdu NewPpdu(Contender station, PpduKind kind, in PhyRate rate, int octets, long durationNs)
    {
        var ppdu = TakePpdu();
        ppdu.Kind = kind;
        ppdu.Sender = station.Endpoint;
        ppdu.To = -1;
        ppdu.Handle = -1;
        ppdu.Attempt = 0;
        ppdu.IsRetry = ppdu.WantsAck = ppdu.IsAnswered = false;
        ppdu.Rate = rate;
        ppdu.Octets = octets;
        ppdu.FreqMhz = station.FreqMhz;
        ppdu.Range = FrequencyRange.Of(rate, station.FreqMhz);
        ppdu.Curve = ErrorModel.CurveOf(rate);
        ppdu.DurationNs = durationNs;
        ppdu.StartNs = _nowNs;
        ppdu.PayloadNs = _nowNs + Airtime.PreambleNs(rate);
        ppdu.EndNs = _nowNs + Airtime.Ppdu(rate, octets, station.Band);
        ppdu.Receptions.AsSpan(0, _stationCount).Clear();
        return ppdu;
    }

    private Ppdu TakePpdu()
    {
        foreach (var ppdu in _ppdus)
        {
            if (ppdu.EndNs < _nowNs - HistoryNs)
                return ppdu;
        }
        var added = new Ppdu(_ppdus.Count, _contenders.Length);
        _ppdus.Add(added);
        return added;
    }

    private void StartPpdu(Ppdu ppdu, Contender sender)
    {
        sender.State = ContenderState.Sending;
        sender.Sending = ppdu;
        for (int i = 0; i < _activeCount; i++)
            _active[i].Receptions[sender.Index].IsLocked = false; // who sends receives nothing
        if (_activeCount == _active.Length)
            Array.Resize(ref _active, 2 * _activeCount);
        _active[_activeCount++] = ppdu;
        _events.Set(MediumEvent.PpduEnd, ppdu.Index, ppdu.EndNs);

        for (int index = 0; index < _stationCount; index++)
        {
            if (_contenders[index] is { } station && station != sender)
                Arrive(ppdu, station);
        }
        Disturb(ppdu);
        UpdateBusy(sender);
    }

    /// <summary>A PPDU begins at a station.</summary>
    private void Arrive(Ppdu ppdu, Contender station)
    {
        ref var reception = ref ppdu.Receptions[station.Index];
        if (ppdu.Handle >= 0)
            reception.Interest = _receivers.InterestOf(ppdu.Handle, station.Endpoint);
        bool isOnChannel = station.FreqMhz == ppdu.FreqMhz;
        if (!isOnChannel && HasFramesForItsChannel(station))
            reception.Interest = Interest.None; // it stays there; else whoever sends to it on another channel kept it from its own
        bool isNear = station.FreqMhz != 0 && ppdu.Range.OverlapMhz(station.Channel) > 0;
        if (isOnChannel || reception.Interest != Interest.None || ppdu.To == station.Index)
            TryFollow(ppdu, station, ref reception);
        if (!isNear)
            return;
        if (ppdu.HasPreambleOn(station.FreqMhz))
            reception.IsSensed = SignalMw(ppdu, station) * 20 / ppdu.Rate.BandwidthMhz >= s_preambleSenseMw;
        UpdateBusy(station);
    }

    /// <summary>The receiver follows a PPDU whose header has an even chance to be read, unless it follows another.</summary>
    private void TryFollow(Ppdu ppdu, Contender station, ref PpduReception reception)
    {
        if (station.Sending is not null)
            return;
        float signalMw = SignalMw(ppdu, station);
        var followed = FollowedBy(station, ppdu.FreqMhz);
        if (followed is not null)
        {
            bool isSimultaneous = ppdu.StartNs - followed.StartNs < (followed.Rate.IsDsss ? DsssDetectNs : OfdmDetectNs);
            if (signalMw <= followed.Receptions[station.Index].SignalMw * (isSimultaneous ? 1 : s_capture))
                return;
        }
        reception.InterferenceMw = InterferenceMw(ppdu, station);
        if (HeaderPer(ppdu, in reception) >= 0.5f)
            return;
        if (followed is not null)
            followed.Receptions[station.Index].IsLocked = false;
        reception.IsLocked = true;
        reception.SinceNs = _nowNs;
        reception.Success = 1;
        if (station.FreqMhz == ppdu.FreqMhz)
            station.LockedNs = _nowNs;
    }

    private Ppdu? FollowedBy(Contender station, int freqMhz)
    {
        for (int i = 0; i < _activeCount; i++)
        {
            if (_active[i].FreqMhz == freqMhz && _active[i].Receptions[station.Index].IsLocked)
                return _active[i];
        }
        return null;
    }

    private bool IsReceiving(Contender station) => FollowedBy(station, station.FreqMhz) is not null;

    /// <summary>A PPDU began or ended: what is received in its part of the spectrum has another SINR from now on.</summary>
    private void Disturb(Ppdu ppdu)
    {
        for (int i = 0; i < _activeCount; i++)
        {
            var other = _active[i];
            if (other == ppdu || other.Range.OverlapMhz(ppdu.Range) == 0)
                continue;
            for (int index = 0; index < _stationCount; index++)
            {
                ref var reception = ref other.Receptions[index];
                if (!reception.IsLocked)
                    continue;
                ClosePiece(other, ref reception);
                reception.InterferenceMw = InterferenceMw(other, _contenders[index]!);
            }
        }
    }

    private float InterferenceMw(Ppdu ppdu, Contender station)
    {
        float sum = 0;
        for (int i = 0; i < _activeCount; i++)
        {
            var other = _active[i];
            float share = other == ppdu ? 0 : other.Range.ShareIn(ppdu.Range);
            if (share > 0)
                sum += share * SignalMw(other, station);
        }
        return sum;
    }

    /// <summary>Ends the piece of a reception in which the SINR was the same. Success is the product over the pieces.</summary>
    /// <remarks>In the header only interference matters: the error curves are those of whole PPDUs.</remarks>
    private void ClosePiece(Ppdu ppdu, ref PpduReception reception)
    {
        long fromNs = reception.SinceNs;
        reception.SinceNs = _nowNs;
        long headerNs = Math.Min(_nowNs, ppdu.PayloadNs) - fromNs;
        if (headerNs > 0 && reception.InterferenceMw > 0)
            reception.Success *= MathF.Pow(1 - HeaderPer(ppdu, in reception), (float)headerNs / (ppdu.PayloadNs - ppdu.StartNs));
        long payloadNs = _nowNs - Math.Max(fromNs, ppdu.PayloadNs);
        if (payloadNs > 0)
        {
            float whole = 1 - Errors.Per(ppdu.Curve, SinrDb(ppdu, in reception), ppdu.Octets);
            reception.Success *= MathF.Pow(whole, (float)payloadNs / (ppdu.EndNs - ppdu.PayloadNs));
        }
    }

    private float HeaderPer(Ppdu ppdu, in PpduReception reception) => ppdu.Rate.IsDsss
        ? Errors.Per(s_dsssHeader, SinrDb(ppdu, in reception), DsssHeaderOctets)
        : Errors.Per(s_ofdmHeader, SinrDb(ppdu, in reception) - Power.ToDb(ppdu.Rate.BandwidthMhz / 20f), OfdmHeaderOctets);

    /// <summary>Signal to noise and interference, as the error curves want it: all of the signal to what disturbs it in 20 MHz.</summary>
    private static float SinrDb(Ppdu ppdu, in PpduReception reception) =>
        Power.ToDb(reception.SignalMw / (reception.NoiseMw + (reception.InterferenceMw * 20 / ppdu.Rate.BandwidthMhz)));

    /// <summary>A PPDU's power at a station. That of a sender that has left is no longer known.</summary>
    private float SignalMw(Ppdu ppdu, Contender station)
    {
        ref var reception = ref ppdu.Receptions[station.Index];
        if (!reception.IsKnown && ppdu.Sender is not null && ppdu.Sender != station.Endpoint)
        {
            var link = _links.Of(ppdu.Sender, station.Endpoint, ppdu.FreqMhz, ppdu.StartNs);
            reception.IsKnown = true;
            reception.SignalDbm = link.SignalDbm;
            reception.SignalMw = Power.FromDb(link.SignalDbm);
            reception.NoiseMw = Power.FromDb(link.SignalDbm - link.SnrDb);
            reception.Loss = float.IsNaN(link.Loss) ? 0 : link.Loss;
        }
        return reception.SignalMw;
    }

    private void EndPpdu(Ppdu ppdu)
    {
        _active[Array.IndexOf(_active, ppdu, 0, _activeCount)] = _active[--_activeCount];
        Disturb(ppdu);
        for (int index = 0; index < _stationCount; index++)
        {
            bool isReceived = ppdu.Receptions[index].IsLocked && TryReceive(ppdu, _contenders[index]!);
            if (!isReceived && ppdu is { Kind: PpduKind.Frame, Sender: { } from } && ppdu.Receptions[index].Interest != Interest.None)
                Report(new ContentionOutcome(ContentionOutcomeKind.Lost, ppdu.Handle, from, _contenders[index]!.Endpoint) { MediumNs = _nowNs });
        }
        var sender = ppdu.Sender is { } radio ? _contenders[radio.Index] : null;
        if (sender is not null)
        {
            AfterSending(sender, ppdu);
            UpdateBusy(sender);
        }
        for (int index = 0; index < _stationCount; index++)
        {
            if (_contenders[index] is { FreqMhz: not 0 } station && station != sender && ppdu.Range.OverlapMhz(station.Channel) > 0)
                UpdateBusy(station);
        }
    }

    private float Draw(PpduKind kind, LinkEndpoint from, LinkEndpoint to) =>
        kind is PpduKind.Cts or PpduKind.Ack ? _links.NextResponseDraw(from, to) : _links.NextDraw(from, to);

    /// <summary>The PPDU that a station followed is over.</summary>
    private bool TryReceive(Ppdu ppdu, Contender station)
    {
        ref var reception = ref ppdu.Receptions[station.Index];
        ClosePiece(ppdu, ref reception);
        reception.IsLocked = false;
        bool isReceived = ppdu.Sender is { } sender && Draw(ppdu.Kind, sender, station.Endpoint) < reception.Success * (1 - reception.Loss);

        if (station.FreqMhz == ppdu.FreqMhz)
        {
            // After what could not be received, room is left for its ACK: clause 10.3.2.3.7.
            station.EifsNs = isReceived ? 0 : _nowNs + station.Timing.EifsNs(station.Band) - station.Timing.DifsNs;
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
