using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Netlink;

namespace ShmWifi.Hwsim.Protocol;

/// <summary>The messages that make and remove radios.</summary>
/// <remarks>Source: linux drivers/net/wireless/virtual/mac80211_hwsim.c, hwsim_new_radio_nl, hwsim_del_radio_nl.</remarks>
internal static class RadioRequests
{
    private const uint Preambles = 0b1_0111; // bits of enum nl80211_preamble: LEGACY, HT, VHT, HE
    private const uint Bandwidths = 0b11_1111; // bits of enum nl80211_chan_width: 20_NOHT, 20, 40, 80, 80P80, 160

    /// <summary>NEW_RADIO, with FTM, which kernels before 6.4 overlook.</summary>
    /// <param name="family">hwsim's.</param>
    /// <param name="sequence">Comes back in the answer.</param>
    /// <param name="address">Permanent address, not a group's.</param>
    /// <param name="name">The wiphy's name, or null for the kernel's choice.</param>
    /// <param name="isPersistent">Whether it outlives the socket that sends this.</param>
    /// <param name="features">What it can do besides.</param>
    public static ReadOnlySpan<byte> New(Span<byte> buffer, ushort family, uint sequence, MacAddress address, string? name, bool isPersistent,
        RadioFeatures features)
    {
        var writer = new NetlinkWriter(buffer);
        writer.BeginGeneric(0, family, NetlinkMessage.FlagRequest | NetlinkMessage.FlagAck, sequence, (byte)HwsimCommand.NewRadio);
        writer.Add(HwsimAttribute.Channels, (uint)features.Channels);
        if (features.SupportsP2pDevice)
            writer.AddFlag(HwsimAttribute.SupportP2pDevice);
        if (features.IsMultiRadio)
            writer.AddFlag(HwsimAttribute.MultiRadio);
        if (features.SupportsMlo)
            writer.AddFlag(HwsimAttribute.MloSupport);
        if (!isPersistent)
            writer.AddFlag(HwsimAttribute.DestroyRadioOnClose);
        writer.Add(HwsimAttribute.PermAddr, address);
        if (name is not null)
            writer.Add(HwsimAttribute.RadioName, name);
        if (features.Regulatory is { } number)
            writer.Add(HwsimAttribute.RegCustomReg, (uint)number - 1);
        AddMeasurements(ref writer);
        return writer.Complete();
    }

    /// <summary>DEL_RADIO, by number: a name may be another radio's by now.</summary>
    /// <param name="family">hwsim's.</param>
    /// <param name="sequence">Comes back in the answer.</param>
    /// <param name="id">hwsim's number for it.</param>
    public static ReadOnlySpan<byte> Delete(Span<byte> buffer, ushort family, uint sequence, uint id)
    {
        var writer = new NetlinkWriter(buffer);
        writer.BeginGeneric(0, family, NetlinkMessage.FlagRequest | NetlinkMessage.FlagAck, sequence, (byte)HwsimCommand.DelRadio);
        writer.Add(HwsimAttribute.RadioId, id);
        return writer.Complete();
    }

    /// <summary>What the medium measures: one burst of as many FTM frames as are asked for. All limits are named, for hwsim
    /// does not clear what it reads them into.</summary>
    private static void AddMeasurements(ref NetlinkWriter writer)
    {
        int support = writer.BeginNested(HwsimAttribute.PmsrSupport);
        writer.Add(Nl80211Pmsr.MaxPeers, (uint)PmsrPeers.Max);
        int types = writer.BeginNested(Nl80211Pmsr.TypeCapa);
        int ftm = writer.BeginNested(Nl80211Pmsr.TypeFtm);
        writer.AddFlag(Nl80211Pmsr.CapaAsap);
        writer.AddFlag(Nl80211Pmsr.CapaNonAsap);
        writer.Add(Nl80211Pmsr.CapaPreambles, Preambles);
        writer.Add(Nl80211Pmsr.CapaBandwidths, Bandwidths);
        writer.AddOctet(Nl80211Pmsr.CapaMaxBurstsExponent, 0);
        writer.AddOctet(Nl80211Pmsr.CapaMaxFtmsPerBurst, 0); // any number
        writer.EndNested(ftm);
        writer.EndNested(types);
        writer.EndNested(support);
    }
}
