using ShmWifi.Hwsim.Netlink;

namespace ShmWifi.Hwsim.Protocol;

/// <summary>Writes the value of HWSIM_ATTR_PMSR_RESULT: what was measured of each peer of a request.</summary>
/// <remarks>
/// Whoever asked gets one final result for each peer.
/// Source: linux drivers/net/wireless/virtual/mac80211_hwsim.c, hwsim_pmsr_report_nl and its policies, which want all that is nested flagged so.
/// </remarks>
internal ref struct PmsrReport
{
    /// <summary>Bytes of the longest report; less than <see cref="HwsimProtocol.MaxFrameLength"/>.</summary>
    public const int MaxSize = NetlinkAttributes.HeaderSize + (PmsrPeers.Max * PeerSize);

    private const int PeerSize = 256;
    private const double MmPerPs = 299_792_458 * 1e3 / 1e12 / 2; // of a round trip: there and back

    private readonly int _peers;
    private NetlinkWriter _writer;
    private ushort _number;

    /// <summary>Begins a report without peers.</summary>
    /// <param name="buffer"><see cref="MaxSize"/> bytes.</param>
    public PmsrReport(Span<byte> buffer)
    {
        _writer = new NetlinkWriter(buffer);
        _peers = _writer.BeginNested(Nl80211Pmsr.Peers);
    }

    /// <summary>Adds what was measured of a peer.</summary>
    /// <param name="bootTimeNs">When, the guest's CLOCK_BOOTTIME, ns.</param>
    public void Add(in FtmResult result, ulong bootTimeNs)
    {
        int peer = _writer.BeginNested(++_number);
        _writer.Add(Nl80211Pmsr.PeerAddress, result.Peer);
        int response = _writer.BeginNested(Nl80211Pmsr.PeerResponse);
        _writer.Add(Nl80211Pmsr.ResponseStatus, (uint)result.Status);
        _writer.Add(Nl80211Pmsr.ResponseHostTime, bootTimeNs);
        _writer.AddFlag(Nl80211Pmsr.ResponseFinal);
        int data = _writer.BeginNested(Nl80211Pmsr.ResponseData);
        int ftm = _writer.BeginNested(Nl80211Pmsr.TypeFtm);
        AddFtm(in result);
        _writer.EndNested(ftm);
        _writer.EndNested(data);
        _writer.EndNested(response);
        _writer.EndNested(peer);
    }

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<byte> Complete()
    {
        _writer.EndNested(_peers);
        return _writer.Written;
    }

    private void AddFtm(in FtmResult result)
    {
        _writer.Add(Nl80211Pmsr.FtmFailReason, (uint)result.Failure);
        _writer.Add(Nl80211Pmsr.FtmrAttempts, (uint)result.FtmrAttempts);
        _writer.Add(Nl80211Pmsr.FtmrSuccesses, (uint)result.FtmrSuccesses);
        _writer.AddOctet(Nl80211Pmsr.FtmBurstsExponent, 0);
        _writer.AddOctet(Nl80211Pmsr.FtmBurstDuration, 15);
        _writer.AddOctet(Nl80211Pmsr.FtmsPerBurst, (byte)result.Ftms);
        if (result.Status != PmsrStatus.Success)
            return;
        _writer.Add(Nl80211Pmsr.FtmRssiAverage, (uint)(int)Math.Round(result.SignalDbm * 2));
        AddTriple(Nl80211Pmsr.FtmRttAverage, result.RttPs, result.RttVariancePs2, result.RttSpreadPs);
        AddTriple(Nl80211Pmsr.FtmDistanceAverage, result.RttPs * MmPerPs, result.RttVariancePs2 * MmPerPs * MmPerPs, result.RttSpreadPs * MmPerPs);
    }

    private void AddTriple(ushort type, double average, double variance, double spread)
    {
        _writer.Add(type, (ulong)(long)Math.Round(average));
        _writer.Add((ushort)(type + 1), (ulong)Math.Round(variance));
        _writer.Add((ushort)(type + 2), (ulong)Math.Round(spread));
    }
}
