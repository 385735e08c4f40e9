using System.Buffers.Binary;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Netlink;
using ShmWifi.Linux;

namespace ShmWifi.Hwsim.Radios;

/// <summary>Which network devices are up, by rtnetlink; nl80211 does not tell, nor does it tell when an address changes.</summary>
/// <remarks>Source: linux include/uapi/linux/rtnetlink.h, if_link.h; struct ifinfomsg: u8 family at 0, s32 index at 4, u32 flags at 8.</remarks>
internal sealed class NetworkLinks
{
    /// <summary>Multicast group of link changes.</summary>
    public const uint LinkGroup = 1;

    private const ushort NewLink = 16;
    private const ushort DelLink = 17;
    private const ushort GetLink = 18;
    private const ushort AttributeAddress = 1;
    private const byte FamilyUnspecified = 0;
    private const int InfoSize = 16;
    private const int IndexOffset = 4;
    private const int FlagsOffset = 8;
    private const uint FlagUp = 1;

    private readonly Dictionary<int, Link> _links = [];

    /// <summary>Whether a device is up.</summary>
    public bool IsUp(int index) => _links.TryGetValue(index, out var link) && link.IsUp;

    /// <summary>Lists all devices.</summary>
    /// <param name="socket">An rtnetlink socket; may be in the group.</param>
    public void Load(NetlinkSocket socket)
    {
        var writer = new NetlinkWriter(stackalloc byte[NetlinkMessage.HeaderSize + InfoSize]);
        writer.Begin(0, GetLink, NetlinkMessage.FlagRequest | NetlinkMessage.FlagDump, socket.NextSequence());
        writer.AddZeros(InfoSize);
        socket.Request(writer.Complete(), "list the network devices", (scoped in NetlinkMessage message) => Observe(message));
    }

    /// <summary>The devices of the network namespace that this thread is in.</summary>
    public static NetworkLinks List()
    {
        using var socket = NetlinkSocket.Open(LibC.NETLINK_ROUTE);
        var links = new NetworkLinks();
        links.Load(socket);
        return links;
    }

    /// <summary>Learns from a message of the kernel.</summary>
    /// <returns>Whether a device is new, gone, went up or down, or has another address.</returns>
    public bool Observe(scoped in NetlinkMessage message)
    {
        if (message.Type is not (NewLink or DelLink) || message.Body.Length < InfoSize)
            return false;
        if (message.Body[0] != FamilyUnspecified)
            return false; // a bridge speaks of its ports in the same group: leaving a bridge is not going away
        int index = BinaryPrimitives.ReadInt32LittleEndian(message.Body[IndexOffset..]);
        if (message.Type == DelLink)
            return _links.Remove(index);

        bool isUp = (BinaryPrimitives.ReadUInt32LittleEndian(message.Body[FlagsOffset..]) & FlagUp) != 0;
        MacAddress address = default;
        var attributes = new NetlinkAttributes(message.Body[InfoSize..]);
        while (attributes.MoveNext())
        {
            if (attributes.Type == AttributeAddress && attributes.Value.Length == MacAddress.Length)
                address = new MacAddress(attributes.Value);
        }
        var link = new Link(isUp, address);
        bool isSame = _links.TryGetValue(index, out var known) && known == link;
        _links[index] = link;
        return !isSame;
    }

    private readonly record struct Link(bool IsUp, MacAddress Address);
}
