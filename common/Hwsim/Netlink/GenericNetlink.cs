using System.Buffers.Binary;
using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace ShmWifi.Hwsim.Netlink;

/// <summary>A generic netlink family as the kernel numbers it.</summary>
/// <param name="ConfigGroup">ID of its multicast group "config"; 0: it has none.</param>
/// <param name="MaxAttribute">The highest type of attribute that it knows; it overlooks others.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct GenericFamily(ushort Id, uint ConfigGroup, uint MaxAttribute);

/// <summary>The controller of generic netlink.</summary>
/// <remarks>Source: linux include/uapi/linux/genetlink.h.</remarks>
internal static class GenericNetlink
{
    /// <summary>Bytes between a message's header and its attributes: u8 command, u8 version, u16 reserved.</summary>
    public const int HeaderSize = 4;

    /// <summary>The controller's group, which tells of families that come and go; source: linux net/netlink/genetlink.c, genl_ctrl_groups.</summary>
    public const uint NotifyGroup = ControllerId;

    private const ushort ControllerId = 0x10;
    private const byte GetFamily = 3;
    private const ushort AttributeFamilyId = 1;
    private const ushort AttributeFamilyName = 2;
    private const ushort AttributeMaxAttribute = 5;
    private const ushort AttributeGroups = 7;
    private const ushort AttributeGroupName = 1;
    private const ushort AttributeGroupId = 2;

    /// <summary>Asks for a family.</summary>
    /// <returns>Null when no loaded module has it.</returns>
    public static GenericFamily? Find(NetlinkSocket socket, string name)
    {
        var writer = new NetlinkWriter(stackalloc byte[64]);
        writer.BeginGeneric(0, ControllerId, NetlinkMessage.FlagRequest | NetlinkMessage.FlagAck, socket.NextSequence(), GetFamily);
        writer.Add(AttributeFamilyName, name + "\0");
        GenericFamily? family = null;
        try
        {
            socket.Request(writer.Complete(), $"look up netlink family {name}", (scoped in NetlinkMessage message) => family ??= ReadFamily(message));
        }
        catch (NetlinkException e) when (e.Errno == ENOENT)
        {
            return null;
        }
        return family;
    }

    /// <summary>Splits a generic netlink message.</summary>
    /// <param name="attributes">What follows; none when the message is cut.</param>
    public static bool TrySplit(scoped in NetlinkMessage message, out byte command, out NetlinkAttributes attributes)
    {
        bool whole = message.Body.Length >= HeaderSize;
        command = whole ? message.Body[0] : (byte)0;
        attributes = new NetlinkAttributes(whole ? message.Body[HeaderSize..] : default);
        return whole;
    }

    private static GenericFamily? ReadFamily(scoped in NetlinkMessage message)
    {
        if (message.Type != ControllerId || !TrySplit(message, out _, out var attributes))
            return null;
        ushort id = 0;
        uint group = 0;
        uint maxAttribute = 0;
        while (attributes.MoveNext())
        {
            if (attributes.Type == AttributeFamilyId)
                _ = BinaryPrimitives.TryReadUInt16LittleEndian(attributes.Value, out id);
            else if (attributes.Type == AttributeMaxAttribute)
                _ = attributes.TryReadUInt32(out maxAttribute);
            else if (attributes.Type == AttributeGroups)
                group = FindConfigGroup(attributes.Value);
        }
        return new GenericFamily(id, group, maxAttribute);
    }

    private static uint FindConfigGroup(ReadOnlySpan<byte> nested)
    {
        var groups = new NetlinkAttributes(nested);
        while (groups.MoveNext())
        {
            uint id = 0;
            bool isConfig = false;
            var group = new NetlinkAttributes(groups.Value);
            while (group.MoveNext())
            {
                if (group.Type == AttributeGroupName)
                    isConfig = group.Value.SequenceEqual("config\0"u8);
                else if (group.Type == AttributeGroupId)
                    _ = group.TryReadUInt32(out id);
            }
            if (isConfig)
                return id;
        }
        return 0;
    }
}
