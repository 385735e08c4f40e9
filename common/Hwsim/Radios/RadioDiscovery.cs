using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Netlink;
using ShmWifi.Hwsim.Protocol;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.Hwsim.Radios;

/// <summary>Finds the hwsim radios and what they answer to, and notices when that changes.</summary>
/// <remarks>
/// All lists of the kernel are of one network namespace. A radio that was moved to another one stays on the medium of the one
/// in which it was made (hwsim's netgroup), so whoever serves namespaces looks there, too. Source: linux
/// drivers/net/wireless/virtual/mac80211_hwsim.c, hwsim_unicast_netgroup, hwsim_dump_radio_nl.
/// </remarks>
internal sealed class RadioDiscovery : IDisposable
{
    private readonly HwsimControl _hwsim;
    private readonly Nl80211 _nl80211;
    private readonly NetworkNamespaces? _others;
    private readonly NetworkLinks _links = new();
    private readonly NetlinkSocket _wirelessEvents;
    private readonly NetlinkSocket _linkEvents;
    private bool _isChanged;
    private List<WirelessInterface> _interfaces = []; // of our namespace, as listed last

    /// <summary>Starts to listen.</summary>
    /// <param name="others">The namespaces to look into besides ours; null: none. Owned from now on.</param>
    public RadioDiscovery(HwsimControl hwsim, Nl80211 nl80211, NetworkNamespaces? others = null)
    {
        (_hwsim, _nl80211, _others) = (hwsim, nl80211, others);
        _wirelessEvents = NetlinkSocket.Open(NETLINK_GENERIC);
        _linkEvents = NetlinkSocket.Open(NETLINK_ROUTE);
        if (others is not null)
        {
            _wirelessEvents.SetOption(SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1);
            _linkEvents.SetOption(SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1);
        }
        _wirelessEvents.SetOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, (int)GenericNetlink.NotifyGroup);
        _wirelessEvents.SetOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, (int)hwsim.Family.ConfigGroup);
        _wirelessEvents.SetOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, (int)nl80211.Family.ConfigGroup);
        _linkEvents.SetOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, (int)NetworkLinks.LinkGroup);
        if (others is null)
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
        // Of several namespaces the events do not tell which, and ifindexes are a namespace's own: all are listed again then.
        _linkEvents.Drain((scoped in NetlinkMessage message) => _isChanged |= _others is not null || _links.Observe(message));
        return _isChanged;
    }

    /// <summary>Whether the interfaces of our namespace are other than was listed last: nl80211 has no event for a new transmit power, nor for
    /// each new channel.</summary>
    public bool HaveInterfacesChanged() => !_nl80211.ListInterfaces().SequenceEqual(_interfaces);

    /// <summary>Lists the radios as they are now.</summary>
    /// <exception cref="HwsimAbsentException">hwsim was unloaded.</exception>
    public List<RadioSnapshot> List()
    {
        var snapshots = new List<RadioSnapshot>();
        // First: the kernel answers when a radio that moves to another namespace just now has arrived (rtnl), and then it is in one of the lists
        // that follow.
        _interfaces = _nl80211.ListInterfaces();
        if (_others is null)
        {
            Add(snapshots, _interfaces, _hwsim.ListRadios(), _links, Wiphy.ClassPath);
            return snapshots;
        }
        Add(snapshots, _interfaces, _hwsim.ListRadios(), NetworkLinks.List(), Wiphy.ClassPath);
        _others.Visit(visited =>
        {
            using var control = NetlinkSocket.Open(NETLINK_GENERIC);
            var radios = new HwsimControl(control, _hwsim.Family).ListRadios();
            if (radios.Count == 0)
                return;
            visited.ReceiveEvents();
            using var folder = visited.OpenClass();
            Add(snapshots, new Nl80211(control, _nl80211.Family).ListInterfaces(), radios, NetworkLinks.List(), folder.Path);
        });
        return snapshots;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _wirelessEvents.Dispose();
        _linkEvents.Dispose();
        _others?.Dispose();
    }

    private static void Add(List<RadioSnapshot> snapshots, List<WirelessInterface> interfaces, List<HwsimRadio> radios, NetworkLinks links,
        string classPath)
    {
        foreach (var radio in radios)
        {
            if (Wiphy.Find(classPath, radio.Name) is not { } wiphy)
                continue; // its event will bring us here again
            bool hasMonitor = false;
            sbyte? txPowerDbm = null;
            ChannelSpacing? spacing = null;
            var addresses = new List<MacAddress>();
            foreach (var found in interfaces)
            {
                if (found.Wiphy != wiphy.Index || (found.Index != 0 && !links.IsUp(found.Index)))
                    continue;
                if (txPowerDbm is null || found.TxPowerDbm < txPowerDbm)
                    txPowerDbm = found.TxPowerDbm;
                spacing ??= found.Spacing;
                if (found.IsMonitor)
                    hasMonitor = true;
                else if (!addresses.Contains(found.Address))
                    addresses.Add(found.Address);
            }
            snapshots.Add(new RadioSnapshot(radio.Id, radio.Name, wiphy.Transmitter, hasMonitor, addresses, txPowerDbm, spacing));
        }
    }
}
