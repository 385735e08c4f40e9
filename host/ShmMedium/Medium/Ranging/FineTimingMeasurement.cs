using System.Runtime.InteropServices;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Medium.Phy;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium.Ranging;

/// <summary>What a radio measures of a peer by FTM: the time of flight between their places, as far as the frames for it are received.</summary>
/// <remarks>
/// An FTM Request, then one burst of FTM frames from the peer; each that arrives, and whose acknowledgement arrives, gives a round-trip time.
/// All are sent at the lowest OFDM rate. They take no turn on the channel: nothing delays them but their own airtime.
/// Source: IEEE 802.11-2020 clauses 11.21.6 (procedure), 9.6.7.32 and 9.6.7.33 (frames).
/// </remarks>
internal sealed class FineTimingMeasurement(RadioRegistry radios, MediumState state)
{
    private const int HeaderOctets = 24;
    private const int RequestOctets = HeaderOctets + 3 + 11 + FrameExchange.FcsOctets; // with an FTM Parameters element
    private const int FtmOctets = HeaderOctets + 20 + FrameExchange.FcsOctets;
    private const int DefaultFtms = 8; // where the radio has no preference
    private const double PsPerMetre = 2e12 / FreeSpaceModel.SpeedOfLight;

    private static readonly PhyRate s_rate = PhyRate.BasicOf(Band.Ghz5);
    private static readonly int s_curve = ErrorModel.CurveOf(s_rate);

    /// <summary>Measures.</summary>
    /// <param name="nowNs">When, by the medium's clock.</param>
    /// <param name="durationNs">How long it takes.</param>
    public FtmResult Measure(Radio initiator, in PmsrPeer peer, long nowNs, out long durationNs)
    {
        var band = Channel.BandOf(peer.FreqMhz);
        var result = new FtmResult { Peer = peer.Address, Status = PmsrStatus.Failure, Failure = FtmFailure.NoResponse };
        var responder = FindResponder(initiator, in peer);
        if (responder is not null && !LinkTable.ArePlaced(initiator.Endpoint, responder.Endpoint))
            result.Failure = FtmFailure.PeerNotCapable;
        else
            Exchange(initiator.Endpoint, responder?.Endpoint, in peer, nowNs, ref result);
        int requests = Math.Max(result.FtmrAttempts, 1); // an answer of no time would overtake the kernel's own to who asked
        durationNs = (requests * DurationNs(RequestOctets, band)) + (result.Ftms * DurationNs(FtmOctets, band));
        return result;
    }

    private Radio? FindResponder(Radio initiator, in PmsrPeer peer)
    {
        foreach (var owner in radios.OwnersOf(peer.Address))
        {
            if (owner != initiator && owner.MayHear(peer.FreqMhz))
                return owner;
        }
        return null;
    }

    /// <summary>One exchange after the other, until the peer has answered no request, or has sent all of its burst.</summary>
    private void Exchange(LinkEndpoint initiator, LinkEndpoint? responder, in PmsrPeer peer, long nowNs, ref FtmResult result)
    {
        if (responder is null)
        {
            result.FtmrAttempts = 1 + peer.FtmrRetries;
            return;
        }
        var links = state.Links;
        var there = links.Of(initiator, responder, (int)peer.FreqMhz, nowNs);
        var back = links.Of(responder, initiator, (int)peer.FreqMhz, nowNs);
        ulong key = links.NextMeasurement(initiator, responder);
        var fates = new Fates(RandomStream.At(key, 0));
        bool isAnswered = false;
        while (!isAnswered && result.FtmrAttempts <= peer.FtmrRetries)
        {
            result.FtmrAttempts++;
            isAnswered = IsExchanged(in there, in back, RequestOctets, ref fates);
        }
        if (!isAnswered)
            return;
        result.FtmrSuccesses = 1;
        result.Ftms = peer.Ftms == 0 ? DefaultFtms : peer.Ftms;
        result.SignalDbm = back.SignalDbm;

        double flightPs = LinkTable.DistanceBetween(initiator, responder, nowNs) * PsPerMetre;
        double deviationPs = Math.Sqrt(FtmAccuracy.RttVariancePs2(back.SnrDb, there.SnrDb, peer.BandwidthMhz));
        var samples = new SampleStatistics();
        ulong noise = RandomStream.At(key, 1);
        for (int i = 0; i < result.Ftms; i++)
        {
            if (IsExchanged(in back, in there, FtmOctets, ref fates))
                samples.Add(flightPs + (deviationPs * RandomStream.Normal(noise, (ulong)i).X));
        }
        result.Status = samples.Count > 0 ? PmsrStatus.Success : PmsrStatus.Timeout;
        result.Samples = samples.Count;
        (result.RttPs, result.RttVariancePs2, result.RttSpreadPs) = (samples.Mean, samples.Variance, samples.Spread);
    }

    /// <summary>Whether a frame, and its acknowledgement, are received.</summary>
    /// <param name="there">The frame's link.</param>
    /// <param name="back">The acknowledgement's.</param>
    private bool IsExchanged(in LinkBudget there, in LinkBudget back, int octets, ref Fates fates) =>
        !fates.Happens(state.LossOf(in there, s_curve, octets)) && !fates.Happens(state.LossOf(in back, s_curve, FrameExchange.AckOctets));

    private static long DurationNs(int octets, Band band)
    {
        var timing = band == Band.Ghz2 ? MacTiming.Erp : MacTiming.Ofdm;
        return timing.DifsNs + FrameExchange.DurationNs(s_rate, octets, band, timing);
    }

    /// <summary>Draws for the frames of one measurement.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Fates(ulong key)
    {
        private ulong _drawn;

        public bool Happens(float chance) => RandomStream.UniformSingle(RandomStream.At(key, _drawn++)) < chance;
    }
}
