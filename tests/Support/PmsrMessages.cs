using System.Buffers.Binary;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Netlink;
using ShmWifi.Hwsim.Protocol;

namespace ShmWifi.Tests.Support;

/// <summary>What somebody reads of a peer in a report.</summary>
/// <param name="Ftm">The FTM attributes' values, by type.</param>
internal sealed record MeasuredPeer(MacAddress Address, PmsrStatus Status, Dictionary<ushort, byte[]> Ftm)
{
    /// <summary>Why not.</summary>
    public FtmFailure Failure => (FtmFailure)Number(Nl80211Pmsr.FtmFailReason);

    /// <summary>Metres.</summary>
    public double Distance => Number(Nl80211Pmsr.FtmDistanceAverage) / 1e3;

    /// <summary>Standard deviation of the samples, metres.</summary>
    public double Deviation => Math.Sqrt(Number(Nl80211Pmsr.FtmDistanceAverage + 1)) / 1e3;

    /// <summary>A number of 1, 4 or 8 octets.</summary>
    public long Number(int type) => Ftm[(ushort)type] switch
    {
        { Length: 1 } octets => octets[0],
        { Length: 4 } octets => BinaryPrimitives.ReadInt32LittleEndian(octets),
        var octets => BinaryPrimitives.ReadInt64LittleEndian(octets),
    };
}

/// <summary>Requests for peer measurements as hwsim writes them, and reports as it reads them.</summary>
internal static class PmsrMessages
{
    /// <summary>The value of PMSR_REQUEST.</summary>
    /// <remarks>Source: linux drivers/net/wireless/virtual/mac80211_hwsim.c, mac80211_hwsim_send_pmsr_request.</remarks>
    public static byte[] Request(params ReadOnlySpan<PmsrPeer> peers)
    {
        var writer = new NetlinkWriter(new byte[8192]);
        int measurements = writer.BeginNested(Nl80211Pmsr.PeerMeasurements);
        writer.Add(272, 0u); // NL80211_ATTR_TIMEOUT
        foreach (var peer in peers)
        {
            int nested = writer.BeginNested(Nl80211Pmsr.Peers);
            writer.Add(Nl80211Pmsr.PeerAddress, peer.Address);
            int channel = writer.BeginNested(Nl80211Pmsr.PeerChannel);
            writer.Add(Nl80211Pmsr.WiphyFreq, peer.FreqMhz);
            writer.Add(Nl80211Pmsr.ChannelWidth, peer.BandwidthMhz switch { 40 => 2u, 80 => 3u, 160 => 5u, _ => 1u });
            writer.EndNested(channel);
            int request = writer.BeginNested(Nl80211Pmsr.PeerRequest);
            int data = writer.BeginNested(Nl80211Pmsr.RequestData);
            int ftm = writer.BeginNested(Nl80211Pmsr.TypeFtm);
            writer.Add(2, 1u); // PREAMBLE
            writer.AddOctet(3, 0); // NUM_BURSTS_EXP
            writer.AddOctet(Nl80211Pmsr.RequestFtmsPerBurst, (byte)peer.Ftms);
            writer.AddOctet(Nl80211Pmsr.RequestFtmrRetries, (byte)peer.FtmrRetries);
            writer.EndNested(ftm);
            writer.EndNested(data);
            writer.EndNested(request);
            writer.EndNested(nested);
        }
        writer.EndNested(measurements);
        return writer.Written.ToArray();
    }

    /// <summary>Reads the value of PMSR_RESULT.</summary>
    public static List<MeasuredPeer> Read(ReadOnlySpan<byte> report)
    {
        var peers = new List<MeasuredPeer>();
        var top = Values(report);
        foreach (byte[] peer in Values(top[Nl80211Pmsr.Peers]).Values)
        {
            var attributes = Values(peer);
            var response = Values(attributes[Nl80211Pmsr.PeerResponse]);
            peers.Add(new MeasuredPeer(
                new MacAddress(attributes[Nl80211Pmsr.PeerAddress]),
                (PmsrStatus)BinaryPrimitives.ReadUInt32LittleEndian(response[Nl80211Pmsr.ResponseStatus]),
                Values(Values(response[Nl80211Pmsr.ResponseData])[Nl80211Pmsr.TypeFtm])));
        }
        return peers;
    }

    private static Dictionary<ushort, byte[]> Values(ReadOnlySpan<byte> bytes)
    {
        var values = new Dictionary<ushort, byte[]>();
        var attributes = new NetlinkAttributes(bytes);
        while (attributes.MoveNext())
            values.Add(attributes.Type, attributes.Value.ToArray());
        return values;
    }
}
