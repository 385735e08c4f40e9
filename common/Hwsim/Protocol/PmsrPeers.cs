using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Netlink;

namespace ShmWifi.Hwsim.Protocol;

/// <summary>Walks the peers of a request that hwsim sent.</summary>
/// <remarks>Source: linux drivers/net/wireless/virtual/mac80211_hwsim.c, mac80211_hwsim_send_pmsr_request. Whatever the bytes are: does not throw,
/// does not look outside.</remarks>
internal ref struct PmsrPeers
{
    /// <summary>Peers of one request at most; hwsim's radios are made with this limit.</summary>
    public const int Max = 8;

    private const int DefaultFtmrRetries = 3;
    private const int MaxFtmsPerBurst = 31; // the field has five bits

    private NetlinkAttributes _peers;
    private int _left = Max;

    /// <summary>Begins before the first.</summary>
    /// <param name="request">The value of HWSIM_ATTR_PMSR_REQUEST; any bytes.</param>
    public PmsrPeers(ReadOnlySpan<byte> request) =>
        _peers = new NetlinkAttributes(Find(request, Nl80211Pmsr.PeerMeasurements));

    /// <summary>The peer.</summary>
    public PmsrPeer Current { get; private set; }

    /// <summary>Steps to the next peer that is named.</summary>
    public bool MoveNext()
    {
        while (_left > 0 && _peers.MoveNext())
        {
            if (_peers.Type != Nl80211Pmsr.Peers || !TryRead(_peers.Value, out var peer))
                continue;
            _left--;
            Current = peer;
            return true;
        }
        return false;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out PmsrPeer peer)
    {
        peer = new PmsrPeer(default, FreqMhz: 0, BandwidthMhz: 20, Ftms: 0, DefaultFtmrRetries);
        bool isNamed = false;
        var attributes = new NetlinkAttributes(bytes);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case Nl80211Pmsr.PeerAddress when attributes.Value.Length == MacAddress.Length:
                    peer = peer with { Address = new MacAddress(attributes.Value) };
                    isNamed = true;
                    break;
                case Nl80211Pmsr.PeerChannel:
                    peer = WithChannel(peer, attributes.Value);
                    break;
                case Nl80211Pmsr.PeerRequest:
                    peer = WithFtm(peer, Find(Find(attributes.Value, Nl80211Pmsr.RequestData), Nl80211Pmsr.TypeFtm));
                    break;
            }
        }
        return isNamed;
    }

    private static PmsrPeer WithChannel(PmsrPeer peer, ReadOnlySpan<byte> channel)
    {
        var attributes = new NetlinkAttributes(channel);
        while (attributes.MoveNext())
        {
            if (!attributes.TryReadUInt32(out uint value))
                continue;
            if (attributes.Type == Nl80211Pmsr.WiphyFreq)
                peer = peer with { FreqMhz = value };
            else if (attributes.Type == Nl80211Pmsr.ChannelWidth)
                peer = peer with { BandwidthMhz = BandwidthOf(value) };
        }
        return peer;
    }

    private static PmsrPeer WithFtm(PmsrPeer peer, ReadOnlySpan<byte> ftm)
    {
        var attributes = new NetlinkAttributes(ftm);
        while (attributes.MoveNext())
        {
            if (!attributes.TryReadByte(out byte value))
                continue;
            if (attributes.Type == Nl80211Pmsr.RequestFtmsPerBurst)
                peer = peer with { Ftms = Math.Min((int)value, MaxFtmsPerBurst) };
            else if (attributes.Type == Nl80211Pmsr.RequestFtmrRetries)
                peer = peer with { FtmrRetries = value };
        }
        return peer;
    }

    /// <summary>The value of the first attribute of a type; nothing if there is none.</summary>
    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, ushort type)
    {
        var walk = new NetlinkAttributes(attributes);
        while (walk.MoveNext())
        {
            if (walk.Type == type)
                return walk.Value;
        }
        return default;
    }

    /// <summary>enum nl80211_chan_width: 20_NOHT, 20, 40, 80, 80P80, 160.</summary>
    private static int BandwidthOf(uint width) => width switch
    {
        2 => 40,
        3 => 80,
        4 or 5 => 160,
        _ => 20,
    };
}
