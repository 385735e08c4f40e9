using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Netlink;
using static Tmds.Linux.LibC;

namespace ShmWifi.Hwsim.Protocol;

/// <summary>A radio as hwsim lists it.</summary>
/// <param name="Id">Never used twice while the module is loaded.</param>
/// <param name="Name">The wiphy's name: "phy0".</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct HwsimRadio(uint Id, string Name);

/// <summary>What is asked of hwsim now and then: to register, to make, remove and list radios.</summary>
/// <param name="control">A generic netlink socket; radios that are not persistent go when it is closed.</param>
/// <param name="family">hwsim's.</param>
internal sealed class HwsimControl(NetlinkSocket control, GenericFamily family)
{
    private const int RequestSize = 256;

    /// <summary>hwsim's family.</summary>
    public GenericFamily Family => family;

    /// <summary>Finds hwsim.</summary>
    /// <param name="control">A generic netlink socket, kept open.</param>
    /// <exception cref="HwsimAbsentException">It is not loaded.</exception>
    public static HwsimControl Find(NetlinkSocket control) =>
        GenericNetlink.Find(control, HwsimProtocol.FamilyName) is { } family
            ? new HwsimControl(control, family)
            : throw new HwsimAbsentException();

    /// <summary>Takes the frames over from the kernel; closing the socket gives it back.</summary>
    /// <param name="frames">The socket that all frames will pass.</param>
    /// <exception cref="HwsimException">Somebody else has it, or it cannot be taken.</exception>
    public void Register(NetlinkSocket frames)
    {
        if (VirtioFrontEnd.FindObstacle() is { } obstacle)
            throw new HwsimException(obstacle);
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        writer.BeginGeneric(0, family.Id, NetlinkMessage.FlagRequest | NetlinkMessage.FlagAck, frames.NextSequence(), (byte)HwsimCommand.Register);
        try
        {
            frames.Request(writer.Complete(), "register with mac80211_hwsim");
        }
        catch (NetlinkException e)
        {
            throw new HwsimException(
                e.Errno == EBUSY ? "another program is registered with mac80211_hwsim in this network namespace (wmediumd, shm-injector or "
                    + "shm-medium local): stop it first"
                : e.Errno == EOPNOTSUPP ? "a radio has more than one channel, and mac80211_hwsim does not give such radios away: load it with "
                    + "channels=1, and remove the radios that were made otherwise"
                : e.Errno == EPERM ? "not privileged: registering with mac80211_hwsim needs CAP_NET_ADMIN; run as root"
                : e.Message);
        }
    }

    /// <summary>Makes a radio, with its network device.</summary>
    /// <remarks>
    /// hwsim takes an address that another radio has, though its source means to refuse it (rhashtable_insert_fast compares
    /// no keys), and then finds only one of the two by it. So look first.
    /// </remarks>
    /// <param name="address">Permanent address, not a group's, of no other radio of this kernel.</param>
    /// <param name="name">The wiphy's name, or null for the kernel's choice; the kernel chooses, too, when another wiphy has it.</param>
    /// <param name="isPersistent">Whether it outlives the control socket.</param>
    /// <param name="features">What it can do besides.</param>
    /// <returns>hwsim's number for it.</returns>
    /// <exception cref="HwsimException">The kernel refused.</exception>
    public uint CreateRadio(MacAddress address, string? name, bool isPersistent, RadioFeatures features)
    {
        if (features.IsMultiRadio && family.MaxAttribute < HwsimAttribute.MultiRadio)
            throw new HwsimException("this kernel's mac80211_hwsim has no radios with one of their own for each band: Linux 6.12 has");
        var request = RadioRequests.New(stackalloc byte[RequestSize], family.Id, control.NextSequence(), address, name, isPersistent, features);
        try
        {
            return (uint)control.Request(request, $"make radio {name} {address}");
        }
        catch (NetlinkException e)
        {
            throw new HwsimException(
                e.Errno == EPERM ? "not privileged: making radios needs CAP_NET_ADMIN; run as root"
                : e.Errno == EINVAL && features.Regulatory is { } number ? $"this kernel's mac80211_hwsim has no custom regulatory domain {number}"
                : e.Message);
        }
    }

    /// <summary>Removes a radio of this network namespace, whoever made it.</summary>
    /// <param name="id">hwsim's number for it.</param>
    /// <exception cref="HwsimException">The kernel refused.</exception>
    public void DeleteRadio(uint id)
    {
        var request = RadioRequests.Delete(stackalloc byte[RequestSize], family.Id, control.NextSequence(), id);
        try
        {
            control.Request(request, $"remove mac80211_hwsim's radio {id}");
        }
        catch (NetlinkException e)
        {
            throw new HwsimException(
                e.Errno == EPERM ? "not privileged: removing radios needs CAP_NET_ADMIN; run as root"
                : e.Errno == ENODEV ? $"mac80211_hwsim's radio {id} is gone already: another program removed it"
                : e.Message);
        }
    }

    /// <summary>Lists the radios of this network namespace.</summary>
    /// <exception cref="HwsimAbsentException">It was unloaded. If it was loaded again, the kernel has given it another number since.</exception>
    public List<HwsimRadio> ListRadios()
    {
        var writer = new NetlinkWriter(stackalloc byte[RequestSize]);
        writer.BeginGeneric(0, family.Id, NetlinkMessage.FlagRequest | NetlinkMessage.FlagDump, control.NextSequence(), (byte)HwsimCommand.GetRadio);
        var radios = new List<HwsimRadio>();
        try
        {
            control.Request(writer.Complete(), "list mac80211_hwsim's radios", (scoped in NetlinkMessage message) =>
            {
                if (ReadRadio(message) is { } radio)
                    radios.Add(radio);
            });
        }
        catch (NetlinkException e) when (e.Errno == ENOENT || e.Errno == EPROTONOSUPPORT)
        {
            // It is gone, or going. Source of the second: linux net/netlink/af_netlink.c, __netlink_dump_start().
            throw new HwsimAbsentException();
        }
        return radios;
    }

    private HwsimRadio? ReadRadio(scoped in NetlinkMessage message)
    {
        if (message.Type != family.Id || !GenericNetlink.TrySplit(message, out _, out var attributes))
            return null;
        uint? id = null;
        string? name = null;
        while (attributes.MoveNext())
        {
            if (attributes.Type == HwsimAttribute.RadioId && attributes.TryReadUInt32(out uint value))
                id = value;
            else if (attributes.Type == HwsimAttribute.RadioName)
                name = attributes.ReadText();
        }
        return id is { } number && name is not null ? new HwsimRadio(number, name) : null;
    }
}
