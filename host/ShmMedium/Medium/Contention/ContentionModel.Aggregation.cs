using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Medium.Contention;

// A-MPDU: what shares a PPDU, what is received of it, and what the BlockAck tells. IEEE 802.11-2020 clauses 10.12 and 10.25.6.
internal sealed partial class ContentionModel
{
    private const int SequenceMask = 0xfff;

    private uint _ampdus; // so far

    /// <summary>Chooses what a station sends in its turn: the head of its queue, and what may share its PPDU.</summary>
    private void GatherMpdus(Contender station, in PhyRate rate)
    {
        station.Mpdus.Clear();
        int head = station.Queues[station.Current].Head;
        ref var first = ref _transmissions[head];
        station.Mpdus.Add(head);
        station.PsduOctets = Airtime.PsduOctets(rate, first.Frame.Octets);
        station.ResponseOctets = FrameExchange.AckOctets;
        if (first.Frame.Agreement is { BufferSize: > 1 } agreement && !rate.IsLegacy)
            GatherMore(station, in first, agreement, in rate);
        foreach (int index in station.Mpdus)
            _transmissions[index].Attempts++;
    }

    /// <summary>Adds what waits behind the head under the same agreement, as long as the receiver's buffer, its longest A-MPDU and aPPDUMaxTime
    /// allow it.</summary>
    /// <remarks>Each is sent at the rate that its own retry chain has next: one with another rate waits for a PPDU of its own.</remarks>
    private void GatherMore(Contender station, in QueuedTransmission first, BlockAckAgreement agreement, in PhyRate rate)
    {
        int maxMpdus = Math.Min(agreement.BufferSize, Ampdu.MaxMpdus);
        int maxOctets = agreement.Recipient.MaxOctets(rate.Kind);
        station.MinSpacingNs = agreement.Recipient.MinSpacingNs;
        int octets = Ampdu.SubframeOctets(rate, first.Frame.Octets, station.MinSpacingNs);
        for (int index = first.Next; index >= 0 && station.Mpdus.Count < maxMpdus; index = _transmissions[index].Next)
        {
            ref var other = ref _transmissions[index];
            if (other.Frame.Agreement != agreement
                || other.Frame.FreqMhz != first.Frame.FreqMhz
                || ((other.Frame.Sequence - first.Frame.Sequence) & SequenceMask) >= agreement.BufferSize
                || other.RateOf(other.Attempts).Phy != rate)
            {
                continue;
            }
            int psduOctets = octets + Ampdu.LastSubframeOctets(other.Frame.Octets);
            if (psduOctets > maxOctets || Airtime.Ppdu(rate, psduOctets, station.Band) > Ampdu.MaxPpduNs)
                break;
            station.Mpdus.Add(index);
            station.PsduOctets = psduOctets;
            octets += Ampdu.SubframeOctets(rate, other.Frame.Octets, station.MinSpacingNs);
        }
        if (station.Mpdus.Count > 1)
            station.ResponseOctets = Ampdu.BlockAckOctets(agreement.BufferSize);
    }

    private void PutMpdusIn(Ppdu ppdu, Contender station)
    {
        ppdu.MpduReceptions.Clear();
        ppdu.DisturbedParts.Clear();
        _ampdus = Math.Max(_ampdus + 1, 1);
        double octetNs = OctetNs(ppdu, station);
        int octets = 0;
        foreach (int index in station.Mpdus)
        {
            ref var transmission = ref _transmissions[index];
            int own = Ampdu.LastSubframeOctets(transmission.Frame.Octets);
            int delimiter = own - transmission.Frame.Octets;
            var sent = new SentMpdu(ppdu.PayloadNs + (long)((octets + delimiter) * octetNs), _ampdus, index == station.Mpdus[^1]);
            ppdu.Mpdus.Add(new AggregatedMpdu(
                index,
                transmission.Frame.Handle,
                own,
                transmission.Attempts,
                transmission.Sent is not null,
                ppdu.PayloadNs + (long)(octets * octetNs),
                ppdu.PayloadNs + (long)((octets + own) * octetNs),
                sent));
            transmission.Sent = sent;
            octets += Ampdu.SubframeOctets(ppdu.Rate, transmission.Frame.Octets, station.MinSpacingNs);
        }
        SetErrorOctets(ppdu, ppdu.Mpdus[0].Octets);
    }

    /// <summary>How long an octet of a station's PPDU is on the medium.</summary>
    private static double OctetNs(Ppdu ppdu, Contender station) => (double)(ppdu.EndNs - ppdu.PayloadNs) / station.PsduOctets;

    /// <summary>What the BlockAck to a station's A-MPDU tells: from its first MPDU on, which those are that the receiver has.</summary>
    private BlockAckBitmap ScoreboardFor(Contender originator)
    {
        ref readonly var first = ref _transmissions[originator.Mpdus[0]].Frame;
        var bitmap = new BlockAckBitmap(first.Tid, first.Sequence);
        foreach (int index in originator.Mpdus)
        {
            if (_transmissions[index].IsOnScoreboard)
                bitmap.Add(_transmissions[index].Frame.Sequence);
        }
        return bitmap;
    }

    /// <summary>Takes those of a station's PPDU out of their queue that are over: acknowledged, or without an attempt left.</summary>
    /// <param name="acknowledger">Whose ACK or BlockAck came; null: none came.</param>
    private void FinishMpdus(Contender station, LinkEndpoint? acknowledger, float ackSignalDbm)
    {
        bool isAggregate = station.Mpdus.Count > 1;
        int before = -1;
        int index = station.Queues[station.Current].Head;
        foreach (int mpdu in station.Mpdus)
        {
            while (index != mpdu)
                (before, index) = (index, _transmissions[index].Next);
            ref readonly var transmission = ref _transmissions[index];
            int next = transmission.Next;
            bool isAcknowledged = acknowledger is not null && (!isAggregate || transmission.IsOnScoreboard);
            if (isAcknowledged || transmission.IsExhausted)
            {
                ReportOver(station, in transmission, isAcknowledged ? acknowledger : null, ackSignalDbm);
                Dequeue(station, station.Current, before);
            }
            else
            {
                before = index;
            }
            index = next;
        }
    }

    /// <summary>Asks who a station is to each MPDU: an injected fault may keep one of them from it.</summary>
    /// <returns>The most that it is to any.</returns>
    private Interest InterestInMpdus(Ppdu ppdu, Contender station, ref PpduReception reception)
    {
        reception.FirstMpdu = ppdu.MpduReceptions.Count;
        var most = Interest.None;
        foreach (var mpdu in ppdu.Mpdus)
        {
            var interest = _receivers.InterestOf(mpdu.Handle, station.Endpoint);
            ppdu.MpduReceptions.Add(new MpduReception(interest, IsReceived: false));
            most = interest > most ? interest : most;
        }
        return most;
    }

    /// <summary>Ends the piece of an A-MPDU's reception in which the SINR was the same.</summary>
    private void ClosePartOfMpdus(Ppdu ppdu, ref PpduReception reception)
    {
        long fromNs = Math.Max(CloseHeader(ppdu, ref reception), ppdu.PayloadNs);
        if (reception.InterferenceMw > 0 && _nowNs > fromNs)
            ppdu.DisturbedParts.Add(new DisturbedPart(reception.Station, fromNs, _nowNs, SinrDb(ppdu, in reception)));
    }

    /// <summary>Draws which MPDUs a station receives.</summary>
    /// <returns>Whether it receives any.</returns>
    private bool TryReceiveMpdus(Ppdu ppdu, LinkEndpoint sender, Contender station, in PpduReception reception)
    {
        if (reception.Success < 1 && !_links.Happens(reception.Success, sender, station.Index))
            return false;
        bool any = false;
        var receptions = ReceptionsOf(ppdu, in reception);
        for (int i = 0; i < receptions.Length; i++)
        {
            if (receptions[i].Interest == Interest.None)
                continue;
            float chance = SuccessOf(ppdu, ppdu.Mpdus[i], in reception) * (1 - reception.Loss);
            bool isReceived = _links.Happens(chance, sender, station.Index);
            receptions[i] = receptions[i] with { IsReceived = isReceived };
            any |= isReceived;
        }
        return any;
    }

    /// <summary>Probability that one MPDU is received, once the header is: over the parts of it, those that nothing disturbs together.</summary>
    private float SuccessOf(Ppdu ppdu, in AggregatedMpdu mpdu, in PpduReception reception)
    {
        float clean = 1 - (mpdu.Octets == ppdu.Octets
            ? reception.CleanPer
            : _errors.Per(ppdu.Curve, Power.ToDb(reception.SignalMw / reception.NoiseMw), mpdu.Octets));
        if (ppdu.DisturbedParts.Count == 0)
            return clean;
        float success = 1;
        float rest = 1;
        foreach (var part in ppdu.DisturbedParts)
        {
            long disturbedNs = Math.Min(part.EndNs, mpdu.EndNs) - Math.Max(part.StartNs, mpdu.StartNs);
            if (part.Station != reception.Station || disturbedNs <= 0)
                continue;
            float share = (float)disturbedNs / (mpdu.EndNs - mpdu.StartNs);
            success *= MathF.Pow(1 - _errors.Per(ppdu.Curve, part.SinrDb, mpdu.Octets), share);
            rest -= share;
        }
        return success * MathF.Pow(clean, Math.Max(rest, 0));
    }

    /// <summary>A station received some of an A-MPDU.</summary>
    private void ReportMpdus(Ppdu ppdu, Contender station, in PpduReception reception)
    {
        var receptions = ReceptionsOf(ppdu, in reception);
        for (int i = 0; i < receptions.Length; i++)
        {
            var mpdu = ppdu.Mpdus[i];
            if (!receptions[i].IsReceived)
                continue;
            if (receptions[i].Interest == Interest.Acknowledges)
                _transmissions[mpdu.Transmission].IsOnScoreboard = true;
            ReportReceived(ppdu, mpdu.Handle, mpdu.Attempt, mpdu.IsRetry, mpdu.Sent, station, in reception);
        }
        ReportLostMpdus(ppdu, ppdu.Sender!, station.Endpoint, in reception);
    }

    private void ReportLostMpdus(Ppdu ppdu, LinkEndpoint from, LinkEndpoint to, in PpduReception reception)
    {
        var receptions = ReceptionsOf(ppdu, in reception);
        for (int i = 0; i < receptions.Length; i++)
        {
            if (receptions[i] is { IsReceived: false, Interest: not Interest.None })
                Report(new ContentionOutcome(ContentionOutcomeKind.Lost, ppdu.Mpdus[i].Handle, from, to) { MediumNs = _nowNs });
        }
    }

    private static Span<MpduReception> ReceptionsOf(Ppdu ppdu, in PpduReception reception) =>
        CollectionsMarshal.AsSpan(ppdu.MpduReceptions).Slice(reception.FirstMpdu, ppdu.Mpdus.Count);
}
