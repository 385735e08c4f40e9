using System.Globalization;
using ShmWifi.Dot11;
using ShmWifi.Injector.Hwsim;
using ShmWifi.Injector.Netlink;
using ShmWifi.Injector.Wireless;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Injector.Radios;

/// <summary>Finds the hwsim radios of this network namespace and what they answer to, and notices when that changes.</summary>
internal sealed class RadioDiscovery : IDisposable
{
    private const string ClassPath = "/sys/class/ieee80211";

    private readonly HwsimControl _hwsim;
    private readonly Nl80211 _nl80211;
    private readonly NetworkLinks _links = new();
    private readonly NetlinkSocket _wirelessEvents;
    private readonly NetlinkSocket _linkEvents;
    private bool _isChanged;

    /// <summary>Starts to listen.</summary>
    /// <param name="hwsim">Lists radios.</param>
    /// <param name="nl80211">Lists interfaces.</param>
    public RadioDiscovery(HwsimControl hwsim, Nl80211 nl80211)
    {
        _hwsim = hwsim;
        _nl80211 = nl80211;
        _wirelessEvents = NetlinkSocket.Open(NETLINK_GENERIC);
        _linkEvents = NetlinkSocket.Open(NETLINK_ROUTE);
        _wirelessEvents.SetOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, (int)hwsim.Family.ConfigGroup);
        _wirelessEvents.SetOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, (int)nl80211.Family.ConfigGroup);
        _linkEvents.SetOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, (int)NetworkLinks.LinkGroup);
        _links.Load(_linkEvents);
    }

    /// <summary>Readable when radios or interfaces came, went or changed.</summary>
    public int WirelessDescriptor => _wirelessEvents.Descriptor;

    /// <summary>Readable when network devices came, went or changed.</summary>
    public int LinkDescriptor => _linkEvents.Descriptor;

    /// <summary>Reads the events that are queued.</summary>
    /// <returns>Whether the radios may differ from what was listed last.</returns>
    public bool DrainEvents()
    {
        _isChanged = false;
        _wirelessEvents.Drain((scoped in NetlinkMessage _) => _isChanged = true);
        _linkEvents.Drain((scoped in NetlinkMessage message) => _isChanged |= _links.Observe(message));
        return _isChanged;
    }

    /// <summary>Lists the radios as they are now.</summary>
    public List<RadioSnapshot> List()
    {
        List<HwsimRadio> radios = _hwsim.ListRadios();
        List<WirelessInterface> interfaces = _nl80211.ListInterfaces();
        var snapshots = new List<RadioSnapshot>(radios.Count);
        foreach (HwsimRadio radio in radios)
        {
            // A radio that is going, or not yet registered, has no files; its event will bring us here again.
            if (!TryReadWiphy(radio.Name, out uint wiphy, out MacAddress transmitter))
                continue;
            bool hasMonitor = false;
            var addresses = new List<MacAddress>();
            foreach (WirelessInterface found in interfaces)
            {
                if (found.Wiphy != wiphy || (found.Index != 0 && !_links.IsUp(found.Index)))
                    continue;
                if (found.IsMonitor)
                    hasMonitor = true;
                else if (!addresses.Contains(found.Address))
                    addresses.Add(found.Address);
            }
            snapshots.Add(new RadioSnapshot(radio.Id, radio.Name, transmitter, hasMonitor, addresses));
        }
        return snapshots;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _wirelessEvents.Dispose();
        _linkEvents.Dispose();
    }

    // addresses: one a line; the second is the one that hwsim's messages carry.
    private static bool TryReadWiphy(string name, out uint wiphy, out MacAddress transmitter)
    {
        wiphy = 0;
        transmitter = default;
        try
        {
            string[] addresses = File.ReadAllLines(Path.Combine(ClassPath, name, "addresses"));
            return addresses.Length >= 2
                && MacAddress.TryParse(addresses[1].AsSpan().Trim(), out transmitter)
                && uint.TryParse(File.ReadAllText(Path.Combine(ClassPath, name, "index")).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out wiphy);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
