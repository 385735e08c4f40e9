using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Medium.Contention;

// What a station does with its turn: protection, the frame, the wait for its ACK; and what it answers to others.
internal sealed partial class ContentionModel
{
    private void StartExchange(Contender station, int queue)
    {
        station.Current = queue;
        ref var transmission = ref _transmissions[station.Queues[queue].Head];
        var link = transmission.RateOf(transmission.Attempts);
        GatherMpdus(station, link.Phy);

        var protection = link.Flags & (TxRateFlags.UseRtsCts | TxRateFlags.UseCtsProtect);
        if (protection == TxRateFlags.None)
        {
            SendFrame(station);
            return;
        }
        int sifsNs = station.Timing.SifsNs;
        var rate = FrameExchange.ProtectionRate(link.Phy, station.Band, protection);
        long frameNs = Airtime.Ppdu(link.Phy, station.PsduOctets, station.Band) + (transmission.Frame.WantsAck ? AckNs(station, link.Phy) : 0);
        if ((protection & TxRateFlags.UseRtsCts) != TxRateFlags.None && transmission.Frame.WantsAck)
        {
            long ctsNs = Airtime.Ppdu(rate, FrameExchange.CtsOctets, station.Band);
            var rts = NewPpdu(station, PpduKind.Rts, rate, FrameExchange.RtsOctets, sifsNs + ctsNs + sifsNs + frameNs);
            rts.Handle = transmission.Frame.Handle;
            (rts.Receiver, rts.Transmitter) = (transmission.Frame.Receiver, transmission.Frame.Transmitter);
            StartPpdu(rts, station);
        }
        else
        {
            var cts = NewPpdu(station, PpduKind.CtsToSelf, rate, FrameExchange.CtsOctets, sifsNs + frameNs);
            cts.Receiver = cts.Transmitter = transmission.Frame.Transmitter;
            StartPpdu(cts, station);
        }
    }

    private void SendFrame(Contender station)
    {
        ref var transmission = ref _transmissions[station.Queues[station.Current].Head];
        var rate = transmission.RateOf(transmission.Attempts - 1).Phy;
        long durationNs = transmission.Frame.WantsAck ? AckNs(station, rate) : 0;
        var ppdu = NewPpdu(station, PpduKind.Frame, rate, station.PsduOctets, durationNs);
        ppdu.Handle = transmission.Frame.Handle;
        (ppdu.Receiver, ppdu.Transmitter) = (transmission.Frame.Receiver, transmission.Frame.Transmitter);
        ppdu.Attempt = transmission.Attempts;
        ppdu.IsRetry = transmission.Sent is not null;
        ppdu.WantsAck = transmission.Frame.WantsAck;
        if (station.Mpdus.Count > 1)
        {
            PutMpdusIn(ppdu, station);
        }
        else
        {
            ppdu.Mpdu = new SentMpdu(ppdu.PayloadNs + (long)((station.PsduOctets - transmission.Frame.Octets) * OctetNs(ppdu, station)), 0, false);
            transmission.Sent = ppdu.Mpdu;
        }
        StartPpdu(ppdu, station);
    }

    /// <summary>SIFS and the ACK, or the BlockAck, to what a station sends.</summary>
    private static long AckNs(Contender station, in PhyRate rate) =>
        station.Timing.SifsNs + Airtime.Ppdu(FrameExchange.ResponseRate(rate), station.ResponseOctets, station.Band);

    /// <summary>The station's PPDU is over.</summary>
    private void AfterSending(Contender station, Ppdu ppdu)
    {
        station.Sending = null;
        if (ppdu.HasCollided)
            _transmissions[station.Queues[station.Current].Head].Collisions++; // only an RTS or a frame is wanted by anyone
        switch (ppdu.Kind)
        {
            case PpduKind.Rts:
                Await(station, PpduKind.Cts, ppdu.Rate);
                break;
            case PpduKind.Frame when ppdu.WantsAck:
                Await(station, ppdu.IsAggregate ? PpduKind.BlockAck : PpduKind.Ack, FrameExchange.ResponseRate(ppdu.Rate));
                break;
            case PpduKind.Frame:
                Finish(station, acknowledger: null, float.NaN);
                break;
            case PpduKind.CtsToSelf:
                TurnAround(station, new PendingResponse { Kind = PpduKind.Frame });
                break;
            default:
                Contend(station);
                break;
        }
    }

    private void Await(Contender station, PpduKind response, in PhyRate rate)
    {
        station.State = ContenderState.AwaitingResponse;
        station.Expected = response;
        _events.Set(MediumEvent.Exchange, station.Index, _nowNs + station.Timing.ResponseTimeoutNs(rate));
    }

    private void TurnAround(Contender station, in PendingResponse pending)
    {
        station.State = ContenderState.TurningAround;
        station.Pending = pending;
        _events.Set(MediumEvent.Exchange, station.Index, _nowNs + station.Timing.SifsNs);
    }

    /// <summary>The SIFS before a response is over, or the wait for one.</summary>
    private void ContinueExchange(Contender station)
    {
        if (station.State == ContenderState.AwaitingResponse)
        {
            if (!IsReceiving(station)) // else the end of that PPDU decides: clause 10.3.2.11
                Fail(station);
            return;
        }
        ref readonly var pending = ref station.Pending;
        if (pending.Kind == PpduKind.Frame)
        {
            SendFrame(station);
            return;
        }
        var response = NewPpdu(station, pending.Kind, pending.Rate, pending.Octets, pending.DurationNs);
        response.To = pending.To;
        (response.Receiver, response.Transmitter) = (pending.Receiver, pending.Transmitter);
        if (ReportsPpdus && pending is { Kind: PpduKind.BlockAck, To: >= 0 })
            response.BlockAck = ScoreboardFor(_contenders[pending.To]!);
        StartPpdu(response, station);
    }

    private void OnResponse(Contender station, LinkEndpoint responder, float signalDbm)
    {
        _events.Clear(MediumEvent.Exchange, station.Index);
        if (station.Expected == PpduKind.Cts)
            TurnAround(station, new PendingResponse { Kind = PpduKind.Frame });
        else
            Finish(station, responder, signalDbm);
    }

    /// <summary>An attempt failed: the window doubles, and the next attempt follows, if the chain has one.</summary>
    private void Fail(Contender station)
    {
        _events.Clear(MediumEvent.Exchange, station.Index);
        ref var queue = ref station.Queues[station.Current];
        if (_transmissions[queue.Head].IsExhausted)
        {
            Finish(station, acknowledger: null, float.NaN);
            return;
        }
        queue.Failures++;
        DrawBackoff(station, station.Current);
        FinishMpdus(station, acknowledger: null, float.NaN);
        Contend(station);
    }

    /// <summary>An exchange is finished: the window is <c>CWmin</c> again, and a backoff follows even if no frame does.</summary>
    private void Finish(Contender station, LinkEndpoint? acknowledger, float ackSignalDbm)
    {
        station.Queues[station.Current].Failures = 0;
        DrawBackoff(station, station.Current);
        FinishMpdus(station, acknowledger, ackSignalDbm);
        Contend(station);
    }

    /// <summary>A frame is over.</summary>
    private void ReportOver(Contender station, in QueuedTransmission transmission, LinkEndpoint? acknowledger, float ackSignalDbm) =>
        Report(new ContentionOutcome(ContentionOutcomeKind.Over, transmission.Frame.Handle, station.Endpoint, Receiver: null)
        {
            Attempt = transmission.Attempts,
            Collisions = transmission.Collisions,
            Mpdu = transmission.Sent,
            Acknowledger = acknowledger,
            SignalDbm = acknowledger is null ? float.NaN : ackSignalDbm,
            MediumNs = _nowNs,
        });

    private void Contend(Contender station)
    {
        station.State = ContenderState.Contending;
        ChooseChannel(station);
        StartCounting(station);
    }

    /// <summary>A station received a frame of another's exchange, or one for itself.</summary>
    private void OnReceived(Contender station, Ppdu ppdu, ref PpduReception reception)
    {
        bool isContending = station.State == ContenderState.Contending;
        bool isOwner = reception.Interest == Interest.Acknowledges;
        switch (ppdu.Kind)
        {
            case PpduKind.Rts when isOwner:
                if (!ppdu.IsAnswered && isContending && station.NavNs <= _nowNs)
                {
                    ppdu.IsAnswered = true;
                    Answer(station, ppdu, PpduKind.Cts, FrameExchange.CtsOctets);
                }
                return;
            case PpduKind.Frame when reception.Interest != Interest.None:
                if (isOwner && ppdu.WantsAck && !ppdu.IsAnswered && isContending)
                {
                    ppdu.IsAnswered = true;
                    var kind = ppdu.IsAggregate ? PpduKind.BlockAck : PpduKind.Ack;
                    Answer(station, ppdu, kind, ppdu.ResponseOctets);
                }
                if (ppdu.IsAggregate)
                    ReportMpdus(ppdu, station, in reception);
                else
                    ReportReceived(ppdu, ppdu.Handle, ppdu.Attempt, ppdu.IsRetry, ppdu.Mpdu, station, in reception);
                if (isOwner)
                    return;
                break;
        }
        if (ppdu.FreqMhz == station.FreqMhz && ppdu.To != station.Index)
            Reserve(station, ppdu);
    }

    private void ReportReceived(
        Ppdu ppdu, int handle, int attempt, bool isRetry, in SentMpdu mpdu, Contender station, in PpduReception reception) =>
        Report(new ContentionOutcome(ContentionOutcomeKind.Received, handle, ppdu.Sender!, station.Endpoint)
        {
            Attempt = attempt,
            IsRetry = isRetry,
            Mpdu = mpdu,
            SignalDbm = reception.SignalDbm,
            MediumNs = _nowNs,
        });

    /// <summary>Has a station answer after a SIFS, which reserves the medium for what is left of the PPDU's Duration: clause 9.2.5.</summary>
    private void Answer(Contender station, Ppdu ppdu, PpduKind kind, int octets)
    {
        if (station.FreqMhz != ppdu.FreqMhz)
            Tune(station, ppdu.FreqMhz);
        int to = ppdu.Sender?.Index ?? -1;
        var rate = FrameExchange.ResponseRate(ppdu.Rate);
        long responseNs = station.Timing.SifsNs + Airtime.Ppdu(rate, octets, station.Band);
        TurnAround(station, new PendingResponse
        {
            Kind = kind,
            Rate = rate,
            Octets = octets,
            To = to,
            Receiver = ppdu.Transmitter,
            Transmitter = ppdu.Receiver,
            DurationNs = Math.Max(ppdu.DurationNs - responseNs, 0),
        });
    }

    /// <summary>Sets the NAV: clause 10.3.2.4.</summary>
    private void Reserve(Contender station, Ppdu ppdu)
    {
        if (ppdu.DurationNs == 0)
            return;
        station.NavNs = Math.Max(station.NavNs, _nowNs + ppdu.DurationNs);
        if (ppdu.Kind != PpduKind.Rts)
            return;
        var cts = FrameExchange.ResponseRate(ppdu.Rate);
        long timeoutNs = (2 * station.Timing.SifsNs) + Airtime.Ppdu(cts, FrameExchange.CtsOctets, station.Band)
            + Airtime.PreambleNs(cts) + (2 * station.Timing.SlotNs);
        station.RtsNs = _nowNs;
        _events.Set(MediumEvent.NavCheck, station.Index, _nowNs + timeoutNs);
    }
}
