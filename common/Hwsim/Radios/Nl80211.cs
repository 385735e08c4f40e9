using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Netlink;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Radios;

/// <summary>What is asked of nl80211: the interfaces that there are.</summary>
/// <remarks>Source: linux include/uapi/linux/nl80211.h.</remarks>
/// <param name="family">nl80211's.</param>
internal sealed class Nl80211(NetlinkSocket control, GenericFamily family)
{
    private const byte GetInterface = 5;
    private const ushort AttributeWiphy = 1;
    private const ushort AttributeIfindex = 3;
    private const ushort AttributeIfname = 4;
    private const ushort AttributeIftype = 5;
    private const ushort AttributeMac = 6;
    private const ushort AttributeFrequency = 38; // NL80211_ATTR_WIPHY_FREQ
    private const ushort AttributeChannelWidth = 159; // NL80211_ATTR_CHANNEL_WIDTH
    private const ushort AttributeTxPower = 98; // NL80211_ATTR_WIPHY_TX_POWER_LEVEL, mBm
    private const ushort AttributeMloLinks = 312; // NL80211_ATTR_MLO_LINKS, since Linux 6.0
    private const int MbmPerDbm = 100;
    private const uint Width5Mhz = 6; // NL80211_CHAN_WIDTH_5
    private const uint Width10Mhz = 7; // NL80211_CHAN_WIDTH_10

    /// <summary>nl80211's family.</summary>
    public GenericFamily Family => family;

    /// <summary>Finds nl80211.</summary>
    /// <param name="control">A generic netlink socket, kept open.</param>
    /// <exception cref="HwsimException">cfg80211 is not loaded.</exception>
    public static Nl80211 Find(NetlinkSocket control) =>
        GenericNetlink.Find(control, "nl80211") is { } family
            ? new Nl80211(control, family)
            : throw new HwsimException("this kernel has no nl80211, though it has mac80211_hwsim: was it built without cfg80211?");

    /// <summary>Lists all interfaces of this network namespace, of all drivers; an MLD once more for the address of each of its links.</summary>
    public List<WirelessInterface> ListInterfaces()
    {
        var writer = new NetlinkWriter(stackalloc byte[32]);
        writer.BeginGeneric(0, family.Id, NetlinkMessage.FlagRequest | NetlinkMessage.FlagDump, control.NextSequence(), GetInterface);
        var interfaces = new List<WirelessInterface>();
        control.Request(writer.Complete(), "list the wireless interfaces", (scoped in NetlinkMessage message) =>
        {
            if (message.Type == family.Id && GenericNetlink.TrySplit(message, out _, out var attributes))
                AddInterface(interfaces, attributes);
        });
        return interfaces;
    }

    /// <summary>Adds what the attributes of NEW_INTERFACE say; nothing where they name no wiphy or no address.</summary>
    public static void AddInterface(List<WirelessInterface> interfaces, NetlinkAttributes attributes)
    {
        uint? wiphy = null;
        uint index = 0, type = 0;
        string name = "";
        MacAddress? address = null;
        sbyte? txPowerDbm = null;
        ChannelSpacing? spacing = null;
        bool hasChannel = false;
        NetlinkAttributes links = default;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case AttributeWiphy when attributes.TryReadUInt32(out uint value):
                    wiphy = value;
                    break;
                case AttributeIfindex:
                    _ = attributes.TryReadUInt32(out index);
                    break;
                case AttributeIfname:
                    name = attributes.ReadText();
                    break;
                case AttributeIftype:
                    _ = attributes.TryReadUInt32(out type);
                    break;
                case AttributeFrequency:
                    hasChannel = true;
                    break;
                case AttributeChannelWidth when attributes.TryReadUInt32(out uint width):
                    spacing = width switch { Width5Mhz => ChannelSpacing.Mhz5, Width10Mhz => ChannelSpacing.Mhz10, _ => ChannelSpacing.Mhz20 };
                    break;
                case AttributeTxPower when attributes.TryReadUInt32(out uint mbm):
                    txPowerDbm = (sbyte)Math.Clamp((int)mbm / MbmPerDbm, Abi.MinTxPower, Abi.MaxTxPower);
                    break;
                case AttributeMloLinks:
                    links = new NetlinkAttributes(attributes.Value);
                    break;
                case AttributeMac when attributes.Value.Length == MacAddress.Length:
                    address = new MacAddress(attributes.Value);
                    break;
            }
        }
        if (wiphy is null || address is null)
            return;
        var found = new WirelessInterface(wiphy.Value, (int)index, name, type, address.Value, hasChannel ? txPowerDbm : null, spacing);
        interfaces.Add(found);
        while (links.MoveNext())
        {
            var link = new NetlinkAttributes(links.Value);
            while (link.MoveNext())
            {
                if (link.Type == AttributeMac && link.Value.Length == MacAddress.Length)
                    interfaces.Add(found with { Address = new MacAddress(link.Value), IsLink = true });
            }
        }
    }
}
