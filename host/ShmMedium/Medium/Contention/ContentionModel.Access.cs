using System.Numerics;
using System.Runtime.CompilerServices;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;

namespace ShmWifi.ShmMedium.Medium.Contention;

// Carrier sense, AIFS and backoff.
internal sealed partial class ContentionModel
{
    // IEEE 802.11-2020 clause 17.3.10.6: a preamble of -82 dBm on the own 20 MHz makes the medium busy, any other energy at -62 dBm; in 10 and
    // 5 MHz 3 and 6 dB less.
    private const float PreambleSenseDbm = -82;
    private const float EnergySenseDbm = -62;

    // On the other 20 MHz of a wide channel: signals of -72 dBm, clause 21.3.18.5.4; HT looks for energy there, clause 19.3.19.5.
    private const float SecondarySenseDbm = -72;

    private const int Beacons = (int)AccessCategory.Beacon;

    private static readonly float s_preambleSenseMw = Power.FromDb(PreambleSenseDbm);
    private static readonly float s_energySenseMw = Power.FromDb(EnergySenseDbm);
    private static readonly float s_secondarySenseMw = Power.FromDb(SecondarySenseDbm);

    private static EdcaParameters ParametersOf(Contender station, int queue) => station.Queues[queue].UsesDcf
        ? new(2, station.Timing.CwMin, station.Timing.CwMax)
        : EdcaParameters.Of((AccessCategory)queue, station.Timing, station.IsAp);

    /// <summary>From 0 to the window: clauses 10.3.3 and 10.23.2.2.</summary>
    private void DrawBackoff(Contender station, int queue)
    {
        int window = ParametersOf(station, queue).WindowAfter(station.Queues[queue].Failures);
        station.SetBackoff(queue, (int)(_links.NextDraw(station.Endpoint, station.Endpoint) * (window + 1)));
    }

    /// <summary>The backoff of a frame that finds the medium busy.</summary>
    /// <remarks>Beacons do not back off, but wait for those that came before them: APs choose different times for their beacons, but hwsim's
    /// of one kernel all have the same, and without an ACK they would collide forever.</remarks>
    private void DrawFirstBackoff(Contender station, int queue)
    {
        if (queue == Beacons)
            station.SetBackoff(queue, BeaconsBefore(station));
        else
            DrawBackoff(station, queue);
    }

    private int BeaconsBefore(Contender station)
    {
        int count = 0;
        foreach (int index in station.Channel!.Stations)
        {
            var other = _contenders[index]!;
            bool isSendingOne = other.State != ContenderState.Contending && other.Current == Beacons;
            if (other != station && !isSendingOne && other.Queues[Beacons].Count != 0)
                count++;
        }
        return count;
    }

    /// <summary>Whether carrier sense says busy: a preamble on the own channel, the PPDU that the receiver follows, or enough energy of any
    /// kind.</summary>
    /// <remarks>The standard's -82 dBm is what a radio must notice at least; one that can follow a weaker PPDU knows that the medium is busy,
    /// too.</remarks>
    private bool Senses(Contender station)
    {
        if (station.Channel is not { } channel)
            return false;
        float energyMw = 0;
        foreach (ref readonly var overlap in OverlapsOf(channel))
        {
            ref var reception = ref overlap.Ppdu.Receptions.Of(station.Index);
            if (reception.IsSensed || (reception.IsLocked && overlap.Ppdu.FreqMhz == station.FreqMhz))
                return true;
            energyMw += overlap.Share * SignalMw(overlap.Ppdu, station, ref reception);
        }
        return energyMw * channel.Spacing.ClockDivisor() >= s_energySenseMw;
    }

    /// <summary>Has carrier sense looked at again.</summary>
    private void UpdateBusy(Contender station) => SetBusy(station, station.Sending is not null || Senses(station));

    private void SetBusy(Contender station, bool isBusy)
    {
        if (isBusy == station.IsBusy)
            return;
        station.IsBusy = isBusy;
        if (isBusy)
            StopCounting(station, mayCommit: station.Sending is null);
        else
            StartCounting(station);
    }

    /// <summary>AIFS and backoff begin or go on, if the station contends and the medium is idle.</summary>
    private void StartCounting(Contender station)
    {
        if (station.IsCounting || station.IsBusy || station.IsCommitted || station.State != ContenderState.Contending)
            return;
        station.IsCounting = true;
        station.CountFromNs = Math.Max(_nowNs, Math.Max(station.NavNs, station.EifsNs));
        if ((station.Waiting | station.Contenders) != 0)
            ScheduleAccess(station);
    }

    /// <summary>Takes the slots that passed off the backoffs.</summary>
    /// <param name="mayCommit">The medium became busy: within the slot before its access a station does not notice.</param>
    /// <remarks>
    /// EDCA counts down at the start of each slot, the first after AIFS: clause 10.23.2.4. DCF at its end, if the medium stayed idle: clause
    /// 10.3.4.3. A slot is as long as it takes to sense the medium and to turn around (clause 10.3.7), so that who sends in a slot cannot have
    /// noticed who began in it.
    /// </remarks>
    private bool StopCounting(Contender station, bool mayCommit = false)
    {
        if (!station.IsCounting)
            return false;
        station.IsCounting = false;
        if ((station.BackingOff | station.Contenders) != 0)
            TakeSlotsOff(station, mayCommit);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // most stations have none: their way stays short
    private void TakeSlotsOff(Contender station, bool mayCommit)
    {
        for (int rest = station.BackingOff; rest != 0; rest &= rest - 1)
        {
            int queue = BitOperations.TrailingZeroCount(rest);
            ref var edca = ref station.Queues[queue];
            long countedNs = _nowNs - station.CountFromNs - station.Timing.AifsNs(ParametersOf(station, queue).Aifsn);
            if (countedNs >= 0)
                station.SetBackoff(queue, (int)Math.Max(edca.Backoff - (countedNs / station.Timing.SlotNs) - (edca.UsesDcf ? 0 : 1), 0));
        }
        if (station.Contenders == 0)
            return;
        if (mayCommit && station.AccessNs < _nowNs + station.Timing.SlotNs)
            station.IsCommitted = true;
        else
            _events.Clear(MediumEvent.Access, station.Index);
    }

    /// <summary>Finds the queue whose backoff ends first.</summary>
    private void ScheduleAccess(Contender station)
    {
        if (!station.IsCounting)
            return;
        station.Contenders = 0;
        station.AccessNs = long.MaxValue;
        for (int rest = station.Waiting; rest != 0; rest &= rest - 1)
        {
            int queue = BitOperations.TrailingZeroCount(rest);
            ref var edca = ref station.Queues[queue];
            if (_transmissions[edca.Head].Frame.FreqMhz != station.FreqMhz)
                continue;
            long aifsNs = station.Timing.AifsNs(ParametersOf(station, queue).Aifsn);
            long accessNs = Math.Max(station.CountFromNs + aifsNs + ((long)edca.Backoff * station.Timing.SlotNs), _nowNs);
            if (accessNs > station.AccessNs)
                continue;
            station.Contenders = accessNs < station.AccessNs ? 1 << queue : station.Contenders | (1 << queue);
            station.AccessNs = accessNs;
        }
        if (station.Contenders != 0)
            _events.Set(MediumEvent.Access, station.Index, station.AccessNs);
        else
            _events.Clear(MediumEvent.Access, station.Index);
    }

    /// <summary>A backoff ended: the station sends. Of queues whose backoffs ended together the highest does; for the others it is a collision
    /// (clause 10.23.2.4).</summary>
    private void Access(Contender station)
    {
        StopCounting(station);
        station.IsCommitted = false;
        if (station.State != ContenderState.Contending)
            return; // it has to answer another first
        int winner = BitOperations.Log2((uint)station.Contenders);
        for (int queue = 0; queue < winner; queue++)
        {
            if ((station.Contenders & (1 << queue)) == 0)
                continue;
            station.Queues[queue].Failures++;
            DrawBackoff(station, queue);
        }
        station.Contenders = 0;

        ref var transmission = ref _transmissions[station.Queues[winner].Head];
        if (IsSecondaryBusy(station, transmission.RateOf(transmission.Attempts).Phy))
        {
            // Clause 10.23.2.5: as if the primary channel were busy.
            DrawBackoff(station, winner);
            StartCounting(station);
            return;
        }
        StartExchange(station, winner);
    }

    /// <summary>Whether one of the other 20 MHz of a wide PPDU was busy within the last PIFS.</summary>
    private bool IsSecondaryBusy(Contender station, in PhyRate rate)
    {
        if (rate.BandwidthMhz <= 20)
            return false;
        var wide = FrequencyRange.Of(rate, station.FreqMhz);
        float thresholdMw = rate.Kind == PhyKind.Ht ? s_energySenseMw : s_secondarySenseMw;
        for (int lowMhz = wide.LowMhz; lowMhz < wide.HighMhz; lowMhz += 20)
        {
            var channel = new FrequencyRange(lowMhz, lowMhz + 20);
            if (channel == station.Channel!.Range)
                continue;
            float energyMw = 0;
            foreach (var ppdu in _ppdus)
            {
                if (ppdu.EndNs > _nowNs - station.Timing.PifsNs && ppdu.Sender != station.Endpoint && ppdu.Range.OverlapMhz(channel) > 0)
                    energyMw += ppdu.Range.ShareIn(channel) * SignalMw(ppdu, station, ref ppdu.Receptions.Of(station.Index));
            }
            if (energyMw >= thresholdMw)
                return true;
        }
        return false;
    }

    /// <summary>A station stays on its channel while it has frames for it; then it goes to that of its most urgent one; at last to where its guest
    /// listens.</summary>
    private void ChooseChannel(Contender station)
    {
        if (station.State != ContenderState.Contending || station.IsCommitted)
            return;
        int freqMhz = station.ListensMhz ?? station.FreqMhz;
        for (int rest = station.Waiting; rest != 0; rest &= rest - 1)
        {
            freqMhz = _transmissions[station.Queues[BitOperations.TrailingZeroCount(rest)].Head].Frame.FreqMhz;
            if (freqMhz == station.FreqMhz)
                break;
        }
        if (freqMhz == station.FreqMhz && station.HasItsSpacing)
            return;

        Tune(station, freqMhz);
        StartCounting(station);
    }

    private bool HasFramesForItsChannel(Contender station)
    {
        for (int rest = station.Waiting; rest != 0; rest &= rest - 1)
        {
            if (_transmissions[station.Queues[BitOperations.TrailingZeroCount(rest)].Head].Frame.FreqMhz == station.FreqMhz)
                return true;
        }
        return false;
    }

    /// <summary>Nothing is known of the new channel yet but what can be sensed there now.</summary>
    private void Tune(Contender station, int freqMhz)
    {
        StopCounting(station);
        station.IsCommitted = false;
        _events.Clear(MediumEvent.Access, station.Index);
        for (int i = 0; i < _activeCount; i++)
        {
            if (!_active[i].Receptions.Has(station.Index))
                continue;
            ref var reception = ref _active[i].Receptions.Of(station.Index);
            reception.IsSensed = false; // preambles of the old channel, and of the new one it missed them
            if (station.ListensMhz is not null)
                Unfollow(station, ref reception);
        }
        LeaveChannel(station);
        JoinChannel(station, freqMhz);
        station.Timing = TimingOf(station);
        (station.NavNs, station.EifsNs) = (0, 0);
        station.IsBusy = Senses(station);
    }

    private void JoinChannel(Contender station, int freqMhz)
    {
        station.FreqMhz = freqMhz;
        station.Band = Channel.TryFromFrequency(freqMhz, out var known) ? known.Band : Band.Ghz5;
        station.Channel = freqMhz == 0 ? null : ChannelOf(freqMhz, station.Spacing);
        if (station.Channel is not { } channel)
            return;
        channel.Stations.Add(station.Index);
        channel.Count++;
    }

    private void LeaveChannel(Contender station)
    {
        if (station.Channel is not { } channel)
            return;
        station.Channel = null;
        channel.Stations.Remove(station.Index);
        if (--channel.Count != 0)
            return;
        _channels.Remove(channel);
        _freeChannels.Push(channel);
    }

    private ContentionChannel ChannelOf(int freqMhz, ChannelSpacing spacing)
    {
        foreach (var open in _channels)
        {
            if (open.FreqMhz == freqMhz && open.Spacing == spacing)
                return open;
        }
        if (!_freeChannels.TryPop(out var channel))
            channel = new ContentionChannel(_contenders.Length);
        channel.Become(freqMhz, spacing);
        _channels.Add(channel);
        return channel;
    }

    /// <summary>An RTS reserved the medium, but what it announced did not begin: the medium is free again. Clause 10.3.2.4.</summary>
    private void CheckNav(Contender station)
    {
        if (station.LockedNs > station.RtsNs || station.NavNs <= _nowNs)
            return;
        station.NavNs = _nowNs;
        if (StopCounting(station))
            StartCounting(station);
    }
}
